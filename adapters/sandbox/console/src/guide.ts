import type { AccountGroup, WireAccount } from '../../wire.js'
import { advanceClock, becomePersona, openChat, openPage } from './actions.js'
import { isPhone } from './screen.js'
import { state, toast } from './state.js'
import { noteExample } from './suggestions.js'
import { texts } from './texts.js'
import type { StepId } from './tour-steps.js'

const acceptMs = 5 * 60_000
const firstAsk = '想了解下你们的报价，预算20万左右，电话 13800138000'
const secondAsk = '你们的系统可以先试用吗？我们十几个人，电话 13900139000'

/** Prepares a step of the tour: becomes the right person, opens the right chat, puts the words there. */
export async function doStep(id: StepId): Promise<void> {
  if (isPhone.value) state.sheet = null
  switch (id) {
    case 'ask':
      return asCustomer(0, firstAsk)
    case 'askAgain':
      return asCustomer(1, secondAsk)
    case 'accept':
      return asReceiver('rep', 'lead.accept')
    case 'wait':
      return advanceClock(acceptMs + 1000)
    case 'takeOver':
      return asReceiver('manager', 'lead.dispatch')
    case 'note':
      return asRep(noteExample)
    case 'page':
      await asRep(() => '')
      return openPage('/', texts.openApp)
  }
}

/** The same customer asking twice would be one lead with two touches; the second one has to be somebody else. */
async function asCustomer(index: number, words: string): Promise<void> {
  const customers = state.accounts.filter((account) => account.group === 'customer')
  const customer = customers[index] ?? customers[0]
  if (!customer) return toast(texts.nobody, 'warning')
  await becomePersona(customer.id)
  const room = state.chats.find((one) => one.kind === 'group' && one.hasBot) ?? state.chats[0]
  if (!room) return toast(texts.noRoom, 'warning')
  await openChat(room.id, 'replace')
  state.drafts[`${customer.id} ${room.id}`] = words
}

/** The one whom the newest countdown of this kind waits for; else the one with the most news. */
async function asReceiver(group: AccountGroup, kind: string): Promise<void> {
  const candidates = state.accounts.filter((account) => account.group === group)
  const waiting = state.panel?.deadlines.findLast((one) => one.kind === kind)
  const named = candidates.find((account) => waiting?.who?.includes(account.name))
  const receiver = named ?? [...candidates].sort((a, b) => b.unread - a.unread)[0]
  if (!receiver) return toast(texts.nobody, 'warning')
  if (receiver.unread === 0) toast(texts.tourNobody)
  await toBot(receiver)
}

/** Somebody who has just accepted a lead has something to tell; else the one who is there. */
async function asRep(words: (rep: WireAccount) => string): Promise<void> {
  const reps = state.accounts.filter((account) => account.group === 'rep')
  const accepted = state.panel?.changes.find((change) => change.kind === 'lead.accepted')
  const rep =
    reps.find((account) => account.name === accepted?.actor) ??
    reps.find((account) => account.id === state.meId) ??
    reps[0]
  if (!rep) return toast(texts.nobody, 'warning')
  await toBot(rep)
  const chatId = state.chatId
  const text = words(rep)
  if (text && chatId) state.drafts[`${rep.id} ${chatId}`] = text
}

async function toBot(account: WireAccount): Promise<void> {
  if (account.id !== state.meId) await becomePersona(account.id)
  const bot = state.chats.find((one) => one.kind === 'bot')
  if (bot) await openChat(bot.id, 'replace')
}

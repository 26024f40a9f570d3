import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Card } from '../../core/ports/card.js'
import type { Directory } from '../../core/ports/directory.js'
import type { Identity } from '../../core/ports/identity.js'
import type { Channel, InboundEvent, InboundSink, TapEvent } from '../../core/ports/inbound.js'
import type { Messenger } from '../../core/ports/messenger.js'
import { PlatformError } from '../../core/errors.js'

/** A platform under test with the people on its far side. Every adapter passes the same suite. */
export interface PlatformStand {
  channel: Channel
  messenger: Messenger
  identity: Identity
  directory: Directory
  /** Account of a colleague with a chat with the bot, and of a customer who shares a group with the bot. */
  accounts: { colleague: string; customer: string }
  groupId: string
  /** What kind of chat `groupId` is where customers are not heard in groups. Default: group. */
  customerChat?: 'direct' | 'group'
  /** True where a group is heard only when the bot is addressed. Default: false. */
  customersAddressBot?: boolean
  says(account: string, chatId: string, text: string): Promise<void>
  /** Presses a button of the newest card in the colleague's chat with the bot. */
  taps(account: string, actionId: string, values?: Record<string, string>): Promise<{ notice: string | null }>
  /** The newest card in the colleague's chat with the bot, as it is shown there. */
  shownCard(account: string): Promise<Card | null>
  cardCount(account: string): Promise<number>
  /** Hands every event over twice. */
  repeatCallbacks(): Promise<void>
  signInCode(account: string): Promise<string>
  idle(): Promise<void>
  stop(): Promise<void>
}

const card: Card = {
  kind: 'lead.offer',
  title: '新线索：宏达机械',
  tone: 'info',
  blocks: [{ type: 'quote', text: '想要一份报价' }],
  actions: [{ id: 'accept', label: '接单', style: 'primary' }],
}
const changed: Card = { ...card, title: '已接单：宏达机械', tone: 'success', actions: [] }

/** What the product relies on in every messenger. */
export function describePlatform(name: string, start: () => Promise<PlatformStand>): void {
  describe(`${name} as a messenger`, () => {
    let stand: PlatformStand
    let events: InboundEvent[]
    let answer: InboundSink
    const bot = () => ({ externalId: stand.accounts.colleague })
    const outgoing = (key: string, content = card) => ({
      to: bot(),
      card: content,
      ref: `ref-${key}`,
      idempotencyKey: key,
      urgent: false,
    })
    const of = <T extends InboundEvent['type']>(type: T) =>
      events.filter((event): event is Extract<InboundEvent, { type: T }> => event.type === type)

    beforeEach(async () => {
      stand = await start()
      events = []
      answer = async () => null
      await stand.channel.start(async (event, budgetMs) => {
        events.push(event)
        return answer(event, budgetMs)
      })
    })
    afterEach(() => stand.stop())

    it('hands over what a customer writes, with who, where and that they are from outside', async () => {
      await stand.says(stand.accounts.customer, stand.groupId, '想要一份报价')
      await stand.idle()
      expect(of('message')).toMatchObject([
        {
          text: '想要一份报价',
          chat: { id: stand.groupId, type: stand.customerChat ?? 'group' },
          sender: { externalId: stand.accounts.customer, internal: false },
          toBot: stand.customersAddressBot ?? false,
        },
      ])
    })

    it('knows a colleague who writes to the bot', async () => {
      await stand.says(stand.accounts.colleague, 'bot', '帮助')
      await stand.idle()
      expect(of('message')).toMatchObject([
        {
          text: '帮助',
          toBot: true,
          chat: { type: 'direct' },
          sender: { externalId: stand.accounts.colleague, internal: true },
        },
      ])
    })

    it('gives each event an id of its own and the same id to its repeat', async () => {
      await stand.repeatCallbacks()
      await stand.says(stand.accounts.colleague, 'bot', '一')
      await stand.says(stand.accounts.colleague, 'bot', '二')
      await stand.idle()
      const ids = of('message').map((event) => event.eventId)
      expect(ids).toHaveLength(4)
      expect(new Set(ids).size).toBe(2)
    })

    it('keeps an event until the product has taken it', async () => {
      let refusals = 1
      answer = async () => {
        if (refusals-- > 0) throw new Error('the database is away')
        return null
      }
      await stand.says(stand.accounts.colleague, 'bot', '帮助')
      await stand.idle()
      const ids = of('message').map((event) => event.eventId)
      expect(ids).toHaveLength(2)
      expect(new Set(ids).size).toBe(1)
    })

    it('sends a card once, whatever how often it is asked with the same key', async () => {
      const first = await stand.messenger.send(outgoing('k1'))
      if (!stand.messenger.capabilities().idempotentSend) return
      const again = await stand.messenger.send(outgoing('k1'))
      expect(again.platformMessageId).toBe(first.platformMessageId)
      expect(await stand.cardCount(stand.accounts.colleague)).toBe(1)
    })

    it('brings a tap back with the reference, the action and the values', async () => {
      await stand.messenger.send(outgoing('k1'))
      await stand.taps(stand.accounts.colleague, 'accept')
      await stand.idle()
      expect(of('tap')).toMatchObject([
        { cardRef: 'ref-k1', actionId: 'accept', sender: { externalId: stand.accounts.colleague } },
      ])
    })

    it('shows the answer to a tap: the notice and the new card', async () => {
      await stand.messenger.send(outgoing('k1'))
      answer = async (event) =>
        (event as TapEvent).type === 'tap'
          ? { notice: { text: '接单成功', tone: 'success' }, card: changed }
          : null
      const { notice } = await stand.taps(stand.accounts.colleague, 'accept')
      await stand.idle()
      expect(notice).toBe('接单成功')
      expect((await stand.shownCard(stand.accounts.colleague))?.title).toBe(changed.title)
    })

    it('updates a card in place', async () => {
      const { platformMessageId } = await stand.messenger.send(outgoing('k1'))
      await stand.messenger.update(platformMessageId, outgoing('k2', changed))
      expect((await stand.shownCard(stand.accounts.colleague))?.title).toBe(changed.title)
      expect(await stand.cardCount(stand.accounts.colleague)).toBe(1)
    })

    it('says no to an unknown recipient by a typed error that is not worth a retry', async () => {
      const refused = stand.messenger.send({ ...outgoing('k1'), to: { externalId: 'nobody-at-all' } })
      await expect(refused).rejects.toBeInstanceOf(PlatformError)
      await expect(refused).rejects.toMatchObject({ retryable: false })
    })

    it('signs a person in by a code that works once', async () => {
      const code = await stand.signInCode(stand.accounts.colleague)
      expect(await stand.identity.redeem(code, 'client')).toEqual({ externalId: stand.accounts.colleague })
      expect(await stand.identity.redeem(code, 'client')).toBeNull()
      expect(await stand.identity.redeem('forged', 'client')).toBeNull()
    })

    it('lists the organisation without the customers', async () => {
      const { people } = await stand.directory.page(null)
      const ids = people.map((person) => person.externalId)
      expect(ids).toContain(stand.accounts.colleague)
      expect(ids).not.toContain(stand.accounts.customer)
    })
  })
}

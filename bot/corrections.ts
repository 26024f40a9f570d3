import type { EntityManager } from 'typeorm'
import type { PersonActor } from '../core/actor.js'
import type { Core } from '../core/app.js'
import type { Tx } from '../core/db/unit-of-work.js'
import { toLocal } from '../core/deadlines/working-time.js'
import type { Correction } from '../core/follow-ups/follow-ups.js'
import { findMoney } from '../core/understanding/money.js'
import { comingTimes } from '../core/understanding/note-next.js'
import { outcomeLabels } from './texts.js'

/** 下次联系改到下周五下午三点, 把预算改成 40 万, 提醒推到下周一, 结果：不顺利. But 提醒：明天打电话 asks for a new one. */
const shape =
  /^(?:把|将)?(?<field>方式|结果|下次联系|下次|提醒|金额|预算)(?:时间)?\s*(?:改到|改成|改为|改在|改|换成|换到|推到|推迟到|提前到|(?<!提醒|下次)[:：])\s*(?<value>\S.*)$/su

/** Later than this one writes a new follow-up. */
const latestMs = 24 * 60 * 60_000

type Options = readonly { value: string; label: string }[]

/**
 * Reads a sentence that puts a field of a follow-up right. Pure.
 *
 * @param reference - wall clock when it was said, `YYYY-MM-DDTHH:mm:ss`.
 * @returns null when the sentence is none, or its value is not understood: it is read as any other then.
 */
export function readCorrection(text: string, reference: string, actions: Options): Correction | null {
  const { field, value } = shape.exec(text.trim())?.groups ?? {}
  if (!field || !value) return null
  switch (field) {
    case '方式': {
      const action = chosen(value, actions)
      return action ? { action } : null
    }
    case '结果': {
      const outcome = chosen(
        value,
        Object.entries(outcomeLabels).map(([key, label]) => ({ value: key, label })),
      )
      return outcome ? { outcome } : null
    }
    case '金额':
    case '预算': {
      const hit = findMoney(`金额${value}`, { spokenUnits: true })[0]
      const amountCents = hit?.valueCents ?? hit?.maxCents
      return amountCents === undefined ? null : { amountCents }
    }
    default:
      return nextContact(value, reference)
  }
}

/** A time and, after it, what is to be done then; 不用了 takes the reminder away. */
function nextContact(value: string, reference: string): Correction | null {
  if (/^(?:不用|不需要|取消|没有|无)/.test(value)) return { nextAt: null }
  const time = comingTimes(value, reference).find(({ hit }) => hit.start <= 1)
  if (!time) return null
  const what = value
    .slice(time.hit.end)
    .replace(/^[\s，,。、；;]+|[\s。！!]+$/gu, '')
    .slice(0, 200)
  return { nextAt: time.at, ...(what ? { nextWhat: what } : {}) }
}

const chosen = (value: string, options: Options): string | undefined => {
  const words = value.replace(/[\s。！!]/gu, '')
  return options.find(({ label }) => label === words)?.value
}

/** Finds which follow-up a sentence puts right, and how: the speaker's latest. Null when it is something else. */
export async function findCorrection(
  core: Core,
  tx: EntityManager,
  speaker: PersonActor,
  text: string,
  at: Date,
): Promise<{ followUpId: string; correction: Correction } | null> {
  if (!shape.test(text)) return null
  const library = await core.playbook.get(tx, 'action-library')
  const actions = library.map(({ key, label }) => ({ value: key, label }))
  const correction = readCorrection(text, toLocal(at, core.timeZone), actions)
  if (!correction) return null
  const since = new Date(at.getTime() - latestMs)
  const latest = await core.followUps.latestBy(tx, speaker.personId, since)
  return latest && { followUpId: latest.id, correction }
}

/** Carries it out; the forms that stand open on cards of it are closed. */
export async function applyCorrection(
  core: Core,
  tx: Tx,
  speaker: PersonActor,
  { followUpId, correction }: { followUpId: string; correction: Correction },
): Promise<void> {
  await core.followUps.correct(tx, speaker, followUpId, correction)
  for (const delivery of await core.deliveries.about(tx, { type: 'follow-up', id: followUpId }))
    if (delivery.params['editing'] === 'yes') await core.deliveries.remember(tx, delivery, { editing: 'no' })
}

import type { Core } from '../core/app.js'
import type { Tx } from '../core/db/unit-of-work.js'
import type { DirectoryEvent, EnteredEvent } from '../core/ports/inbound.js'
import type { Platform } from '../core/ports/platform.js'

/** What platforms say about the people of the company themselves. */

/**
 * Somebody opened the bot: their account is alive. A colleague whom nobody has bound yet is told once how that is done;
 * outsiders are told nothing.
 */
export async function welcome(core: Core, tx: Tx, event: EnteredEvent): Promise<void> {
  const { platform, sender, chat } = event
  const person = await core.org.findByAccount(tx, platform, sender.externalId)
  if (person) await core.bindings.acted(tx, platform, sender.externalId)
  else if (sender.internal)
    await core.deliveries.queue(tx, {
      card: 'answer.unbound',
      subject: { type: 'organisation', id: 'unbound' },
      to: { platform, chatId: chat.id },
      // One for each account, however often it comes by.
      dedupeKey: `unbound:${platform}:${sender.externalId}`.slice(0, 120),
    })
}

/**
 * The organisation is different. Who is gone is let go and a new account id is taken over at once; for everything else
 * the event only says that it is time to look.
 *
 * @param followed - platforms whose organisation is kept in line with ours; what others say changes nothing here.
 */
export async function followDirectory(
  core: Core,
  tx: Tx,
  event: DirectoryEvent,
  followed: readonly Platform[],
): Promise<void> {
  const { platform, about, change, externalIds, renamedTo } = event
  if (!followed.includes(platform)) return
  if (about === 'person' && change === 'removed') {
    await core.directorySync.removed(tx, platform, externalIds)
    return
  }
  const [from] = externalIds
  if (about === 'person' && renamedTo && from && renamedTo !== from)
    await core.directorySync.rename(tx, platform, from, renamedTo)
  await core.directorySync.planSoon(tx, platform)
}

import type { Finding, WayIn } from '../../core/ports/doctor.js'

/**
 * Whether any process of the installation holds the platform's long connection: nothing comes in while none does.
 *
 * @param isOpen - this process has it.
 */
export function connectionFinding(
  check: string,
  { wayIn, isOpen }: { wayIn: WayIn | undefined; isOpen: boolean },
): Finding {
  if (isOpen) return { check, state: 'ok', found: '本进程持有长连接' }
  if (!wayIn) return { check, state: 'skipped', found: '数据库还没有建好，不知道有没有进程持有长连接' }
  return wayIn.connectionHolder
    ? { check, state: 'ok', found: `长连接由进程 ${wayIn.connectionHolder} 持有` }
    : {
        check,
        state: 'warning',
        found: '现在没有进程持有长连接，平台上的消息收不到',
        mend: '运行 npm start；分开部署时，确认有一个进程的 SERVICES 里有 bot。',
      }
}

import type { Problem } from '../../contract/common.js'
import type { FindingView } from '../../contract/system.js'
import { RequestFailed } from './api.js'
import { texts } from './texts.js'

/**
 * Has a platform examined and hands over each finding as it comes.
 *
 * @throws RequestFailed when it was refused; TypeError or AbortError when the answer broke off.
 */
export async function examine(
  body: { platform: string; personId: string | null },
  onFinding: (finding: FindingView) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch('/api/admin/doctor', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'x-genjin': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  if (!response.ok || !response.body) {
    const problem = (await response.json().catch(() => null)) as Problem | null
    throw new RequestFailed(response.status, problem ?? { code: 'unknown', message: texts.problems.unknown })
  }
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onFinding(JSON.parse(line) as FindingView)
  }
}

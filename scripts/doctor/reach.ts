import type { Finding } from '../../core/ports/doctor.js'

const patienceMs = 5000
const local = /^(localhost|127\.|\[::1\])/

/** Whether the address that platforms and phones are given leads to this installation. */
export async function reach(publicUrl: string): Promise<Finding> {
  const check = 'public-url'
  const { protocol, host } = new URL(publicUrl)
  try {
    const answer = await fetch(`${publicUrl}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    })
    if (!answer.ok)
      return {
        check,
        state: 'failed',
        found: `${publicUrl} 有应答，但不是跟进（HTTP ${answer.status}）`,
        mend: '检查反向代理：整个域名要原样转到 HOST:PORT，不要改路径。',
      }
  } catch {
    return {
      check,
      state: 'failed',
      found: `从本机访问 ${publicUrl} 没有应答`,
      mend: '确认跟进已启动；检查 PUBLIC_URL、域名解析、证书和反向代理。',
    }
  }
  if (local.test(host))
    return {
      check,
      state: 'warning',
      found: `${publicUrl} 是本机地址，平台和手机打不开`,
      mend: '把 PUBLIC_URL 改为平台能访问的域名，例如 https://crm.example.com。',
    }
  if (protocol !== 'https:')
    return {
      check,
      state: 'warning',
      found: `${publicUrl} 不是 https`,
      mend: '平台的网页登录和 JS 接口只认 https，请在反向代理上配置证书。',
    }
  return { check, state: 'ok', found: `${publicUrl} 可以访问` }
}

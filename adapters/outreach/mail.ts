import type { Transporter } from 'nodemailer'
import { PlatformError } from '../../core/errors.js'
import type { MailSettings } from '../../core/ports/outreach-settings.js'
import { connectionError, providerTimeoutMs, type Provider } from './provider.js'

const name = 'smtp'

/**
 * Mail over SMTP. The server's ok means that it took the mail, no more: there are no receipts.
 *
 * A repeat carries the same Message-ID, by which mail programs recognise it.
 */
export function createMail({ url, from }: MailSettings): Provider {
  let transport: Promise<Transporter> | undefined
  // Loaded with the first mail: most processes never send one.
  const open = async (): Promise<Transporter> => {
    const { createTransport } = await import('nodemailer')
    const server = new URL(url)
    return createTransport({
      host: server.hostname,
      ...(server.port ? { port: Number(server.port) } : {}),
      secure: server.protocol === 'smtps:',
      ...(server.username
        ? { auth: { user: decodeURIComponent(server.username), pass: decodeURIComponent(server.password) } }
        : {}),
      connectionTimeout: providerTimeoutMs,
      greetingTimeout: providerTimeoutMs,
      socketTimeout: providerTimeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'genjin.invalid'

  return {
    name,
    channels: ['mail'],
    async send({ to, subject, text, idempotencyKey }) {
      transport ??= open()
      const mailer = await transport
      const messageId = `<${idempotencyKey.replaceAll(/[^\w.-]/g, '-')}@${domain}>`
      try {
        await mailer.sendMail({ from, to, subject: subject ?? '', text, messageId })
        return { provider: name, providerMessageId: messageId }
      } catch (error) {
        throw refusal(error)
      }
    },
    webhooks: () => [],
  }
}

/**
 * 4xx answers may go away, 5xx do not (RFC 5321 §4.2.1).
 *
 * @see https://nodemailer.com/smtp/ for the error's `code` and `responseCode`.
 */
function refusal(error: unknown): PlatformError {
  const { code, responseCode, message } = error as {
    code?: string
    responseCode?: number
    message?: string
  }
  if (responseCode !== undefined) {
    return new PlatformError({
      platform: name,
      code: code === 'EAUTH' ? 'EAUTH' : `smtp_${responseCode}`,
      retryable: responseCode < 500,
      cause: error,
    })
  }
  // A line that broke is reported alike before and after the words went out: only a door that never opened is sure.
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/.test(String(message)) || code === 'EDNS'
    ? new PlatformError({ platform: name, code: 'unreachable', retryable: true, cause: error })
    : connectionError(name, error)
}

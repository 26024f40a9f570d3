import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { OutreachSettings } from '../../core/ports/outreach-settings.js'
import type { Outreach, OutreachReceiptSink } from '../../core/ports/outreach.js'
import { createMail } from './mail.js'
import type { Provider } from './provider.js'
import { createTencentSms } from './tencent-sms.js'
import { createTencentVoice } from './tencent-voice.js'
import { createOutreachWebhook } from './webhook.js'

/** Every configured provider behind one port; a channel goes to the first that has it. */
export function createOutreach(settings: OutreachSettings, clock: Clock): Outreach {
  const providers = [
    settings.mail && createMail(settings.mail),
    settings.tencent && createTencentSms(settings.tencent),
    settings.tencent && createTencentVoice(settings.tencent, clock),
    settings.webhook && createOutreachWebhook(settings.webhook, clock),
  ].filter((provider): provider is Provider => provider !== null)
  let sink: OutreachReceiptSink = () => Promise.reject(new Error('nobody takes receipts yet'))

  return {
    channels: () => [...new Set(providers.flatMap(({ channels }) => channels))],
    async send(message) {
      const provider = providers.find(({ channels }) => channels.includes(message.channel))
      if (!provider)
        throw new PlatformError({ platform: message.channel, code: 'not_configured', retryable: false })
      return provider.send(message)
    },
    webhooks: providers.flatMap((provider) => provider.webhooks(() => sink)),
    start(taker) {
      sink = taker
    },
  }
}

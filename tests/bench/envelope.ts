import { createCipheriv, createHash, createHmac } from 'node:crypto'

/** Shared by the two ends of the bench; a real platform's key is set per installation. */
export const envelopeKey = createHash('sha256').update('bench').digest()

/** An event as platforms send it: encrypted with AES-256-CBC, signed over the encrypted bytes. */
export function sealEvent(eventId: string): string {
  const event = {
    type: 'message',
    platform: 'sandbox',
    eventId,
    at: '2026-03-11T02:00:00.000Z',
    sender: { externalId: 'customer', name: '张伟', internal: false },
    chat: { id: 'group', type: 'group', name: '华东客户群' },
    messageId: eventId,
    text: '我们在杭州，想了解一下CRM的报价，预算20万左右，方便的话下周约个时间演示。'.repeat(4),
    toBot: false,
  }
  const iv = createHash('md5').update(eventId).digest()
  const cipher = createCipheriv('aes-256-cbc', envelopeKey, iv)
  const data = Buffer.concat([cipher.update(JSON.stringify(event)), cipher.final()])
  const signature = createHmac('sha256', envelopeKey).update(data).digest('hex')
  return JSON.stringify({ signature, iv: iv.toString('hex'), data: data.toString('base64') })
}

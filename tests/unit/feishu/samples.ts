import type { Receiver } from '../../../adapters/feishu/decode.js'

/** An installation, and events as they are sent to it. */
export const receiver: Receiver = {
  appId: 'cli_0123456789abcdef',
  tenantKey: 'tk1',
  botOpenId: 'ou_bot',
  now: new Date('2026-03-02T02:00:00Z'),
}
export const header = (event_type: string, more: object = {}) => ({
  event_id: 'ev1',
  event_type,
  create_time: '1700000000000',
  token: 'vt',
  app_id: receiver.appId,
  tenant_key: 'tk1',
  ...more,
})
export const said = (
  message: object,
  sender: object = { sender_id: { open_id: 'ou_1' }, sender_type: 'user', tenant_key: 'tk1' },
) => ({
  schema: '2.0',
  header: header('im.message.receive_v1'),
  event: {
    sender,
    message: {
      message_id: 'om_1',
      chat_id: 'oc_1',
      chat_type: 'group',
      message_type: 'text',
      content: '{"text":"你好"}',
      create_time: '1700000000123',
      ...message,
    },
  },
})

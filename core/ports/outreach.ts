/**
 * Ways to reach somebody outside the messenger. Without a provider configured the port says so; nothing pretends to
 * have called.
 */
export interface Outreach {
  /** @returns true when the provider took the order, false when no provider is configured for this channel. */
  call(input: {
    channel: 'sms' | 'voice'
    phone: string
    text: string
    idempotencyKey: string
  }): Promise<boolean>
}

export const noOutreach: Outreach = { call: () => Promise.resolve(false) }

/**
 * What the processes of one installation share for a short while: rate limits, the platforms' access tokens and
 * signals. Nothing here is the truth about anything: when it is emptied, limits start anew, tokens are fetched again
 * and a lost signal is made good by the next sweep.
 */
export interface SharedState {
  /**
   * Counts one use against a limit.
   *
   * @returns 0 when it was within the limit, else the milliseconds until the next use is.
   */
  take(key: string, limit: RateLimit): Promise<number>
  /**
   * The token under this key, fetched when there is none or its life is nearly over. However many ask at once, in
   * however many processes, one of them fetches and the others wait for it.
   *
   * @throws whatever `fetch` throws.
   */
  token(key: string, fetch: () => Promise<FetchedToken>): Promise<string>
  /** Forgets a token that its platform refused; a newer one under the same key stays. */
  dropToken(key: string, value: string): Promise<void>
  /** Tells every process, this one too. Nothing waits for it and nothing may depend on it. */
  publish(topic: string, message: string): void
  /** @returns how to stop listening. */
  subscribe(topic: string, listener: (message: string) => void): () => void
  close(): Promise<void>
}

export interface RateLimit {
  points: number
  windowMs: number
}

export interface FetchedToken {
  value: string
  /** Life from now on, in milliseconds, as the platform says. */
  lifeMs: number
}

/**
 * What an adapter must not forget between two calls although it is no fact of the business: one-time update codes,
 * cursors, the platform's ids of groups. Kept in the database, so that every process sees it.
 */
export interface KeyStore {
  /** @returns null when there is none or it has expired. */
  get(key: string): Promise<string | null>
  /** @param value - at most 4,000 characters. */
  put(key: string, value: string, expiresAt: Date | null): Promise<void>
  /** Removes and returns it; of several takers at once, one gets it and the others get null. */
  take(key: string): Promise<string | null>
}

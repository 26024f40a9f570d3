/** Contents of uploaded files, by their id. Names, types and owners are rows in core/files. */
export interface FileStore {
  put(id: string, bytes: Buffer): Promise<void>
  /** @returns null when there is no such content (erased). */
  get(id: string): Promise<Buffer | null>
  remove(id: string): Promise<void>
}

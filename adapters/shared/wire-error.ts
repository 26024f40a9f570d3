/** Bytes from outside are not what their protocol says. The only thing that a decoder throws. */
export class WireError extends Error {
  /** What is wrong, e.g. `signature`, `padding`, `json`; counted and logged in place of the content. */
  readonly code: string
  constructor(code: string, cause?: unknown) {
    super(code, { cause })
    this.name = 'WireError'
    this.code = code
  }
}

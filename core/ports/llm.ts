/**
 * A language model that answers with JSON. The caller checks the answer against its own schema: whatever a model
 * says is a proposal.
 */
export interface LanguageModel {
  /**
   * @param schema - JSON schema that the answer should follow; sent along where the endpoint supports it.
   * @param limits - time in ms and the most tokens it may answer with.
   * @returns the parsed JSON, unchecked.
   * @throws PlatformError `timeout`, `refused`, `bad_answer`, `unreachable`, `over_budget`.
   */
  completeJson(input: {
    system: string
    user: string
    schemaName: string
    schema: object
    limits: { timeoutMs: number; maxTokens: number }
  }): Promise<unknown>
}

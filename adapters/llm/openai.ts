import type { OpenAI } from 'openai'
import { PlatformError } from '../../core/errors.js'
import type { Clock } from '../../core/ports/clock.js'
import type { LanguageModel } from '../../core/ports/llm.js'

export interface OpenAiSettings {
  baseUrl: string
  apiKey: string
  model: string
  /** Tokens that may be spent per UTC day; after that the model is not asked until the next. */
  dailyTokens: number
  clock: Clock
}

const fail = (code: string, retryable: boolean, cause?: unknown): PlatformError =>
  new PlatformError({ platform: 'llm', code, retryable, cause })

/**
 * Any OpenAI-compatible endpoint. One request, no retries: a person is waiting and the rules can answer alone.
 *
 * Endpoints that refuse `json_schema` are asked once more with plain JSON mode, and remembered.
 */
export function createOpenAiModel({
  baseUrl,
  apiKey,
  model,
  dailyTokens,
  clock,
}: OpenAiSettings): LanguageModel {
  let spent = { day: '', tokens: 0 }
  let knowsSchemas = true

  // Loaded when the first sentence comes: the package costs memory that an installation without a key need not pay.
  const client = (() => {
    let loading: Promise<OpenAI> | undefined
    return () =>
      (loading ??= import('openai').then(
        ({ OpenAI }) => new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 }),
      ))
  })()

  async function ask(
    input: Parameters<LanguageModel['completeJson']>[0],
    withSchema: boolean,
    signal: AbortSignal,
  ): Promise<string> {
    const api = await client()
    const answer = await api.chat.completions.create(
      {
        model,
        temperature: 0,
        max_tokens: input.limits.maxTokens,
        messages: [
          {
            role: 'system',
            content: withSchema
              ? input.system
              : `${input.system}\nJSON schema: ${JSON.stringify(input.schema)}`,
          },
          { role: 'user', content: input.user },
        ],
        response_format: withSchema
          ? {
              type: 'json_schema',
              json_schema: { name: input.schemaName, schema: input.schema as Record<string, unknown> },
            }
          : { type: 'json_object' },
      },
      { signal },
    )
    spent.tokens += answer.usage?.total_tokens ?? input.limits.maxTokens
    const content = answer.choices[0]?.message.content
    if (!content) throw fail('bad_answer', false)
    return content
  }

  return {
    async completeJson(input) {
      const day = clock.now().toISOString().slice(0, 10)
      if (spent.day !== day) spent = { day, tokens: 0 }
      if (spent.tokens >= dailyTokens) throw fail('over_budget', false)
      // Loading the package is our own time, not the endpoint's.
      await client()
      const signal = AbortSignal.timeout(input.limits.timeoutMs)
      try {
        return parse(await ask(input, knowsSchemas, signal))
      } catch (error) {
        if (knowsSchemas && statusOf(error) === 400 && !signal.aborted) {
          knowsSchemas = false
          return parse(
            await ask(input, false, signal).catch((second: unknown) =>
              Promise.reject(translate(second, signal)),
            ),
          )
        }
        throw translate(error, signal)
      }
    },
  }
}

function parse(content: string): unknown {
  // Some models wrap JSON in a code fence whatever they are asked.
  const plain = content.trim().replace(/^```(?:json)?\s*|\s*```$/g, '')
  try {
    return JSON.parse(plain)
  } catch (error) {
    throw fail('bad_answer', false, error)
  }
}

function translate(error: unknown, signal: AbortSignal): PlatformError {
  if (error instanceof PlatformError) return error
  if (signal.aborted) return fail('timeout', true, error)
  const status = statusOf(error)
  if (status === null) return fail('unreachable', true, error)
  return status === 429 || status >= 500 ? fail('busy', true, error) : fail('refused', false, error)
}

const statusOf = (error: unknown): number | null =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : null

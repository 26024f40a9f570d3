import { PlatformError } from '../../core/errors.js'

/** Says in one word for all platforms that the app may not write to people's lists of things to do. */
export async function whereTodosArePermitted<T>(
  refusals: readonly string[],
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof PlatformError) || !refusals.includes(error.code)) throw error
    const { platform } = error
    throw new PlatformError({ platform, code: 'todo_not_permitted', retryable: false, cause: error })
  }
}

import { PlatformError } from '../../core/errors.js'

/**
 * What has to be done before the call that somebody asked for, e.g. fetching a token. When its own outcome is unknown,
 * the call behind it has still not left: it may be made again whenever the way is free.
 *
 * @throws PlatformError `unreachable` in place of `timeout`; everything else as it is.
 */
export async function beforeSending<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'timeout') throw error
    throw new PlatformError({
      platform: error.platform,
      code: 'unreachable',
      retryable: true,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      cause: error,
    })
  }
}

import { PlatformError } from '../../core/errors.js'

/**
 * Refusals of Tencent Cloud that go away by themselves; every other code needs somebody to mend something.
 *
 * @see https://cloud.tencent.com/document/product/382/55981 (SMS), /1128/51557 (voice), /1128/51556 (common)
 */
const passing = [
  'InternalError',
  'RequestLimitExceeded',
  'ResourceUnavailable',
  'FailedOperation.OtherError',
  'LimitExceeded.DeliveryFrequencyLimit',
  'LimitExceeded.PhoneNumberThirtySecondLimit',
  'LimitExceeded.PhoneNumberOneHourLimit',
]
/** The count starts anew half a minute or an hour later; asking before is asking for nothing. */
const pauses: Record<string, number> = {
  'LimitExceeded.PhoneNumberThirtySecondLimit': 30_000,
  'LimitExceeded.PhoneNumberOneHourLimit': 3_600_000,
}

/** A refusal as our error. `InternalError.Timeout` and its like count with their first part. */
export function tencentError(provider: string, code: string, cause?: unknown): PlatformError {
  const retryable = passing.some((known) => code === known || code.startsWith(`${known}.`))
  const retryAfterMs = pauses[code]
  return new PlatformError({
    platform: provider,
    code,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause,
  })
}

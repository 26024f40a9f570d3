import autocannon from 'autocannon'

export interface Load {
  url: string
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string | Buffer
  /** For requests that must differ, such as event ids. Called once for each. */
  next?: () => { path: string; body: string }
  connections?: number
  seconds?: number
}

/**
 * Loads one address and says what came back.
 *
 * @returns answers per second and the 99th percentile of the answer time in ms.
 * @throws Error when an answer is missing or not 2xx: a server that refuses quickly is not fast.
 */
export async function loadHttp({ next, connections = 32, seconds = 4, ...load }: Load) {
  const result = await autocannon({
    ...load,
    connections,
    duration: seconds,
    ...(next && {
      requests: [{ setupRequest: (request: autocannon.Request) => ({ ...request, ...next() }) }],
    }),
  })
  if (result.errors > 0 || result.timeouts > 0 || result.non2xx > 0) {
    const { errors, timeouts, non2xx } = result
    throw new Error(
      `${load.url}: ${errors} errors, ${timeouts} time-outs, ${non2xx} answers that are not 2xx`,
    )
  }
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 }
}

/**
 * The one-time code that the messenger, or its sign-in page, put into this page's address. It is taken out as soon as
 * this is read, so that it is in no history, no copied link and no later request; the router imports this before it
 * looks at the address.
 */
export const signInCode: {
  code: string | null
  state: string | null
  platform: string | null
  /** The person said no on the sign-in page, or the page did. */
  isRefused: boolean
} = takeCode()

function takeCode() {
  const taken = ['code', 'authCode', 'state', 'platform', 'error', 'error_description']
  const address = new URL(location.href)
  const take = (name: string) => address.searchParams.get(name)
  // DingTalk calls it by both names.
  const code = take('code') ?? take('authCode')
  const state = take('state')
  const platform = take('platform')
  // https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2.1
  const isRefused = !code && state !== null && take('error') !== null
  if (code || isRefused) {
    for (const name of taken) address.searchParams.delete(name)
    history.replaceState(history.state, '', address)
  }
  return { code, state, platform, isRefused }
}

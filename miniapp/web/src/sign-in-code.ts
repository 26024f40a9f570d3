/**
 * The one-time code that the messenger put into this page's address. It is taken out as soon as this is read, so that
 * it is in no history, no copied link and no later request; the router imports this before it looks at the address.
 */
export const signInCode: { code: string | null; platform: string | null } = takeCode()

function takeCode() {
  const address = new URL(location.href)
  const code = address.searchParams.get('code')
  const platform = address.searchParams.get('platform')
  if (code) {
    address.searchParams.delete('code')
    address.searchParams.delete('platform')
    history.replaceState(history.state, '', address)
  }
  return { code, platform }
}

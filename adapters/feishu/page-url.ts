/** Where a card's page lives: the pages' own address, told which platform signs the person in. */
export function pageUrl(publicUrl: string, path: string): string {
  const url = new URL(`${publicUrl}/app${path.startsWith('/') ? path : `/${path}`}`)
  url.searchParams.set('platform', 'feishu')
  return url.href
}

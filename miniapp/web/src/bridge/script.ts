/** This page's address as platforms sign it: without its fragment. */
export const pageAddress = (): string => location.href.replace(/#.*$/, '')

const loading = new Map<string, Promise<void>>()

/** Loads a platform's script once. @throws when it cannot be had. */
export function loadScript(address: string): Promise<void> {
  const known = loading.get(address)
  if (known) return known
  const loaded = new Promise<void>((done, fail) => {
    const script = document.createElement('script')
    script.src = address
    script.onload = () => done()
    script.onerror = () => {
      loading.delete(address)
      fail(new Error(`cannot load ${address}`))
    }
    document.head.append(script)
  })
  loading.set(address, loaded)
  return loaded
}

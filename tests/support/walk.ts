import type { Browser, FrameLocator, Locator, Page } from 'playwright-core'

export const desktop = { width: 1440, height: 900 }

export interface Look {
  size?: { width: number; height: number }
  dark?: boolean
  /** How the browser calls itself, where it is a messenger's own. */
  userAgent?: string
}

/** What went wrong in a browser without anybody having said so: errors in the console, requests that failed. */
export function watchProblems(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
  page.on('console', (line) => line.type() === 'error' && problems.push(`console: ${line.text()}`))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    // A page that is left while it loads or listens: nothing failed for anybody.
    if (reason !== 'net::ERR_ABORTED') problems.push(`request: ${request.url()} ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`response: ${response.status()} ${response.url()}`)
  })
  return problems
}

/** A browser of its own for one visitor, in Shanghai. */
export async function openBrowser(
  browser: Browser,
  { size = desktop, dark = false, userAgent }: Look = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: size,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    hasTouch: size.width < 720,
    ...(userAgent ? { userAgent } : {}),
  })
  const page = await context.newPage()
  page.setDefaultTimeout(6000)
  return page
}

/** The messenger in a browser of its own, walked with clicks and keys as a person does. */
export async function openConsole(
  browser: Browser,
  origin: string,
  { path = '', ...look }: Look & { path?: string } = {},
) {
  const page = await openBrowser(browser, look)
  const problems = watchProblems(page)
  let isDeaf = false
  await page.routeWebSocket('**/sandbox/ws', (socket) => {
    const server = socket.connectToServer()
    server.onMessage((push) => {
      if (!isDeaf) socket.send(push)
    })
  })
  await page.goto(`${origin}/${path}`)
  await page.locator('[data-testid=console]').waitFor()

  const persona = (name: string): Locator => page.locator(`[data-testid=persona][title^="${name} "]`)
  const card = (words: string): Locator =>
    page.locator('[data-testid=card]').filter({ hasText: words }).last()
  const frame = (): FrameLocator => page.frameLocator('[data-testid=page-frame]')

  return {
    page,
    problems,
    persona,
    card,
    /** The page that is open beside or over the messenger. */
    frame,
    /** From here on this window hears of nothing by itself, as behind a line that drops what is pushed. */
    goesDeaf(): void {
      isDeaf = true
    },
    /** Takes somebody's place by the rail at the left. */
    async be(name: string): Promise<void> {
      await persona(name).click()
      await page.locator('[data-testid=persona-switch]').filter({ hasText: name }).waitFor()
    },
    async unread(name: string): Promise<number> {
      return Number(await persona(name).getAttribute('data-unread'))
    },
    async opens(chat: string): Promise<void> {
      const row = page.locator('[data-testid=chat]').filter({ hasText: chat }).first()
      await row.click()
      await page.locator('[data-testid=chat][aria-current=true]').filter({ hasText: chat }).waitFor()
    },
    async says(text: string): Promise<void> {
      await page.locator('[data-testid=composer]').fill(text)
      await page.locator('[data-testid=send]').click()
      await page.locator('[data-testid=outgoing]').waitFor({ state: 'detached' })
    },
    async sees(words: string): Promise<void> {
      await page.locator('[data-testid=message]').filter({ hasText: words }).last().waitFor()
    },
    /** Taps a button on the newest card with these words; a question that it asks is answered with yes. */
    async taps(words: string, label: string): Promise<void> {
      const found = card(words)
      await found.getByRole('button', { name: label, exact: true }).click()
    },
    async confirms(): Promise<void> {
      await page.locator('[data-testid=card-confirm]').click()
    },
    async hears(words: string): Promise<void> {
      await page.locator('[data-testid=toast]').filter({ hasText: words }).waitFor()
    },
    async advances(label: string): Promise<void> {
      await page.locator('[data-testid=clock-advance]').filter({ hasText: label }).click()
    },
    /** Whom the panel says a countdown of this kind is waiting for. */
    async waitedFor(kind: string, subject: string): Promise<string> {
      const row = page
        .locator(`[data-testid=panel-deadline][data-kind="${kind}"]`)
        .filter({ hasText: subject })
      const words = (await row.first().locator('small').textContent()) ?? ''
      const name = /· (\S+) →/.exec(words)?.[1]
      if (!name) throw new Error(`nobody is named in “${words}”`)
      return name
    },
  }
}

export type Console = Awaited<ReturnType<typeof openConsole>>

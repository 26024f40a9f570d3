import { chromium, type Browser } from 'playwright-core'
import { findChromium } from '../../scripts/test/chromium.mjs'

// Chromium's sandbox needs rights that containers and root do not have; the pages opened are our own.
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a headless Chromium: `CHROMIUM_PATH`, else the first one on the PATH. The caller closes it.
 *
 * @throws Error naming the command that installs one.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null)
    throw new Error('No Chromium found: run scripts/services install or set CHROMIUM_PATH')
  return await chromium.launch({ executablePath, headless: true, args: ARGS })
}

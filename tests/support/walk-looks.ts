import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const folder = fileURLToPath(new URL('../output/screenshots/', import.meta.url))

/** The least height of something to be hit with a finger, in CSS pixels. */
const fingerPx = 40

/**
 * What is wrong with the look of a screen, each as a line that names the element; empty when nothing is. Page code is
 * text here: these files are checked without DOM types.
 */
export async function flawsOf(page: Page, { touch }: { touch: boolean }): Promise<string[]> {
  return page.evaluate(`(() => {
    const flaws = []
    const wide = document.documentElement.scrollWidth - innerWidth
    if (wide > 0) flaws.push('the page is ' + wide + ' px wider than the window')
    const name = (element) =>
      element.tagName.toLowerCase() +
      (element.dataset.testid ? '[' + element.dataset.testid + ']' : '.' + String(element.className.baseVal ?? element.className)) +
      ' “' + (element.textContent ?? '').trim().slice(0, 30) + '”'
    const styleOf = (element) => getComputedStyle(element)
    const isShown = (element) => {
      const box = element.getBoundingClientRect()
      return box.width > 1 && box.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    }
    const scrolls = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement)
        if (/auto|scroll/.test(styleOf(up).overflowX) && up.scrollWidth > up.clientWidth + 1 && up !== document.body) return true
      return false
    }
    // A small mark may have a larger area around it that takes the finger; what lies beside the window cannot be asked.
    const isReachable = (element, box) => {
      if (box.height >= ${fingerPx - 0.5}) return true
      const x = box.left + box.width / 2
      const middle = box.top + box.height / 2
      return [-1, 1].every((side) => {
        const hit = document.elementFromPoint(x, middle + side * ${fingerPx / 2 - 1})
        return hit === null || (element === hit || element.contains(hit))
      })
    }
    for (const element of document.body.querySelectorAll('*')) {
      if (!isShown(element) || element.closest('svg') !== null && element.tagName !== 'svg') continue
      const box = element.getBoundingClientRect()
      const style = styleOf(element)
      if ((box.right > innerWidth + 1 || box.left < -1) && style.position !== 'fixed' && !scrolls(element))
        flaws.push('sticks out: ' + name(element))
      const hasWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
      const isField = /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
      if (hasWords && !isField && element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline'
        && /hidden|clip/.test(style.overflowX) && style.textOverflow !== 'ellipsis' && style.webkitLineClamp === 'none')
        flaws.push('cut without a sign: ' + name(element))
      if (hasWords && style.overflowX === 'visible' && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
        && style.display !== 'inline' && !scrolls(element) && style.whiteSpace === 'nowrap')
        flaws.push('words run over: ' + name(element))
      if (${touch} && /^(BUTTON|SELECT)$/.test(element.tagName) && !element.disabled && !isReachable(element, box))
        flaws.push('too small for a finger, ' + Math.round(box.height) + ' px: ' + name(element))
    }
    return [...new Set(flaws)]
  })()`)
}

/** Keeps the screen as a picture among the outputs of the run. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}${name}.png`, animations: 'disabled' })
}

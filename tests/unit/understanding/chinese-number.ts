const DIGITS = '零一二三四五六七八九'

/** Writes a whole number below 10^12 in full Chinese numerals, as a bank would. */
export function inChinese(value: number): string {
  if (value === 0) return '零'
  const sections: string[] = []
  let rest = value
  for (const unit of ['', '万', '亿']) {
    const section = rest % 10_000
    rest = Math.floor(rest / 10_000)
    const needsZero = rest > 0 && section > 0 && section < 1000
    sections.unshift(
      section === 0 ? (rest > 0 ? '零' : '') : `${needsZero ? '零' : ''}${inSection(section)}${unit}`,
    )
  }
  return sections
    .join('')
    .replace(/零+/g, '零')
    .replace(/^零|零$/g, '')
}

function inSection(value: number): string {
  const figures = String(value).padStart(4, '0')
  const words = [...figures].map((figure, i) =>
    figure === '0' ? '零' : `${DIGITS[Number(figure)] ?? ''}${'千百十'[i] ?? ''}`,
  )
  return words
    .join('')
    .replace(/零+/g, '零')
    .replace(/^零|零$/g, '')
}

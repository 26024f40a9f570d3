/** 1234500 cents → `¥12,345`; from ten thousand yuan on `¥1.2万`, as sales people say it. */
export function money(cents: number): string {
  const yuan = cents / 100
  if (Math.abs(yuan) >= 1e8) return `¥${trim(yuan / 1e8)}亿`
  if (Math.abs(yuan) >= 1e4) return `¥${trim(yuan / 1e4)}万`
  return `¥${yuan.toLocaleString('zh-CN', { maximumFractionDigits: 2 })}`
}

const trim = (n: number): string => String(Math.round(n * 100) / 100)

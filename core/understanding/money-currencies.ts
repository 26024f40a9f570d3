/** Names and signs of currencies, as people write them, by ISO 4217 code. */
const NAMES: readonly (readonly [code: string, names: string])[] = [
  ['CNY', '人民币 软妹币 RMB CNY 元人民币 块钱 块人民币 圆 元 块'],
  ['USD', '美元 美金 美刀 刀 USD US$ U.S.$ 元美金 元美元'],
  ['HKD', '港元 港币 港纸 HKD HK$ 元港币'],
  ['TWD', '新台币 台币 元新台币 元台币 TWD NT$'],
  ['MOP', '澳门元 澳门币 葡币 MOP'],
  ['EUR', '欧元 欧 EUR'],
  ['GBP', '英镑 镑 GBP'],
  ['JPY', '日元 日圆 日币 元日币 JPY'],
  ['KRW', '韩元 韩币 韩圆 KRW'],
  ['SGD', '新加坡元 新加坡币 新币 坡币 SGD S$'],
  ['AUD', '澳元 澳大利亚元 澳币 AUD A$'],
  ['CAD', '加元 加拿大元 加币 CAD C$'],
  ['NZD', '新西兰元 纽币 纽元 NZD'],
  ['CHF', '瑞士法郎 法郎 CHF'],
  ['RUB', '卢布 RUB'],
  ['INR', '卢比 印度卢比 INR'],
  ['THB', '泰铢 THB'],
  ['MYR', '林吉特 马币 令吉 MYR'],
  ['PHP', '菲律宾比索'],
  ['MXN', '比索 墨西哥比索'],
  ['IDR', '印尼盾 印尼卢比 IDR'],
  ['VND', '越南盾 VND'],
  ['SEK', '瑞典克朗 瑞典克郎 SEK'],
  ['NOK', '挪威克朗 NOK'],
  ['DKK', '丹麦克朗 DKK'],
  ['BRL', '雷亚尔 巴西雷亚尔 BRL'],
  ['ZAR', '南非兰特 兰特 ZAR'],
  ['TRY', '里拉 土耳其里拉 TRY'],
  ['NGN', '奈拉 NGN'],
  ['AED', '迪拉姆 迪拉姆币 AED'],
  ['SAR', '沙特里亚尔 里亚尔 SAR'],
  ['ILS', '谢克尔 ILS'],
  ['PLN', '兹罗提 PLN'],
  ['BTC', '比特币 BTC'],
]
const SIGNS = new Map([
  ['¥', 'CNY'],
  ['$', 'USD'],
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['₩', 'KRW'],
  ['฿', 'THB'],
  ['₹', 'INR'],
  ['₽', 'RUB'],
])

const CODES = new Map<string, string>(
  NAMES.flatMap(([code, names]) => names.split(' ').map((name) => [name.toUpperCase(), code] as const)),
)

const escape = (name: string) => name.replace(/[$.]/g, '\\$&')
const alternation = (names: string[]) =>
  names
    .sort((a, b) => b.length - a.length)
    .map(escape)
    .join('|')

// 元旦, 元素, 三块屏: the letter belongs to another word. 刀, 欧 and 镑 are too short to stand in front.
const NOT_MONEY =
  '(?!旦|素|月份|宵|老|首|宇宙|气|器件|件|屏|地|板|表|业务|儿|内容|砖|田|区|肉|蛋糕|硬盘|显卡|电池|玻璃|石|牌|模块|洲|盟|式|具|片)'

/** What may stand behind an amount. */
export const CURRENCY_BEHIND = `(?:${alternation(NAMES.flatMap(([, names]) => names.split(' ')))})${NOT_MONEY}`
/** What may stand in front of one. */
export const CURRENCY_BEFORE = `(?:${alternation([
  ...NAMES.flatMap(([, names]) =>
    names.split(' ').filter((name) => name.length > 1 && !/^[元块]/.test(name)),
  ),
  ...SIGNS.keys(),
])})`

export function currencyCode(name: string): string | undefined {
  return SIGNS.get(name) ?? CODES.get(name.toUpperCase())
}

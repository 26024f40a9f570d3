/**
 * Folds a text into the one width and spelling that the reading rules know, unit by unit: the result is exactly as
 * long as the text (in UTF-16 units), so every offset found in it is an offset in the text.
 *
 * Full-width letters, digits and punctuation become half-width, every kind of space a plain space, every kind of
 * dash and tilde one dash and one tilde, traditional time words simplified ones (號 → 号). Case is kept.
 */
export function foldText(text: string): string {
  return text.replace(FOLDABLE, foldUnit)
}

/** True for zero-width and direction marks: characters that people paste along without seeing them. */
export function isInvisible(unit: string): boolean {
  return /^[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]$/.test(unit)
}

const SPACES = '\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\t'
const SPACE = new RegExp(`[${SPACES}]`)

// Only the letters that times, numbers and money are written with; this is no general converter.
const TRADITIONAL = new Map(
  [
    ...'號号點点週周禮礼鐘钟個个後后間间時时這这兩两內内節节國国慶庆萬万億亿歲岁傍傍淩凌曉晓晝昼聽听剛刚遲迟從从開开',
    ...'陽阳農农曆历陰阴臘腊閏闰婦妇勞劳兒儿軍军聖圣誕诞長长當当現现過过離离貳贰陸陆壹壹參叁圓圆塊块錢钱幣币',
    ...'韓韩歐欧澳澳剩剩來来數数幾几無无為为與与話话電电轉转機机鬧闹還还結结後后終终業业產产對对種种項项條条舊旧',
    ...'復复慣惯敗败實实際际準准議议見见題题優优惠惠費费價价約约則则處处頭头卻却說说覺觉點点請请連连達达樂乐滿满',
    ...'聯联繫系戰战換换後后廠厂係系齊齐發发傳传態态給给辦办動动員员會会',
  ].reduce<[string, string][]>((pairs, unit, i, all) => {
    if (i % 2 === 0) pairs.push([unit, all[i + 1] ?? unit])
    return pairs
  }, []),
)

const FOLDABLE = new RegExp(
  `[\\uff01-\\uff5e${SPACES}\\u2010-\\u2015\\u2212\\u301c\\u223c\\u3007\\uffe5${[...TRADITIONAL.keys()].join('')}]`,
  'g',
)

function foldUnit(unit: string): string {
  const code = unit.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  if (SPACE.test(unit)) return ' '
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212) return '-'
  if (code === 0x301c || code === 0x223c) return '~'
  if (code === 0x3007) return '零'
  if (code === 0xffe5) return '¥'
  return TRADITIONAL.get(unit) ?? unit
}

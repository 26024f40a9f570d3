/**
 * One form of a message for reading: full width folded, `报 价` closed up, invisible characters gone.
 *
 * Every string that the readers of this folder extract is a piece of this form.
 */

/** Longer messages are read to here only; a person who writes more is read by people. */
export const MAX_READ = 4000

const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g
const HAN = '\\u3400-\\u9fff'
// 报 价 发 我 邮 箱: at least three single characters in a row, each followed by one blank.
const SPACED = new RegExp(`(?<![${HAN}])(?:[${HAN}][ \\t]){3,}[${HAN}](?![${HAN}])`, 'g')

/** Folds a message for reading; at most `MAX_READ` characters are kept. Never throws, idempotent on its own output. */
export function cleanText(text: string): string {
  const folded = text.slice(0, MAX_READ).toWellFormed().replace(/\r\n?/g, '\n').normalize('NFKC')
  return folded
    .replace(INVISIBLE, '')
    .replace(SPACED, (run) => run.replace(/[ \t]/g, ''))
    .slice(0, MAX_READ)
}

const TRADITIONAL =
  '預預報报價价価价試试體体驗验約约見见時时間间談谈聊聊簽签購购買买訂订單单電电話话聯联繫系係系資资訊讯們们個个幾几萬万這这樣样說说請请嗎吗麼么沒没為为與与對对會会議议費费錢钱優优惠惠軟软產产業业務务總总經经師师後后發发給给開开過过還还讓让題题問问應应該该號号機机進进項项計计劃划準准備备續续約约團团隊队雲云紹绍紙纸實实戶户馬马張张陳陈劉刘黃黄趙赵吳吴孫孙鄭郑許许馮冯鄧邓蕭萧潘潘於于蔣蒋餘余葉叶蘇苏呂吕盧卢鍾钟譚谭陸陆範范廖廖賈贾韋韦'
const SIMPLE = new Map(
  Array.from({ length: TRADITIONAL.length / 2 }, (_, i) => [
    TRADITIONAL[2 * i] ?? '',
    TRADITIONAL[2 * i + 1] ?? '',
  ]),
)

/** What an input method or a voice recogniser writes for a business word that sounds the same; as long as what is meant. */
const SLIPS: readonly [slip: string, meant: string][] = [
  ...pairs('报价', '抱价 报架 暴价 爆价 豹价'),
  ...pairs('采购', '采够 彩购 菜购 踩购'),
  ...pairs('试用', '式用 试佣 拭用'),
  ...pairs('测试', '测是 测式 侧试 测事'),
  ...pairs('预算', '预祘 予算 玉算 预蒜'),
  ...pairs('演示', '眼示 演是 演式'),
  ...pairs('合同', '合通 和同 合铜 何同'),
  ...pairs('价格', '价隔 价各'),
  ...pairs('方案', '方按 方暗 芳案'),
  ...pairs('多少钱', '多少前 多小钱 多烧钱'),
]

function pairs(meant: string, slips: string): [slip: string, meant: string][] {
  return slips
    .split(' ')
    .filter((slip) => slip.length === meant.length)
    .map((slip) => [slip, meant])
}

/** Business words in simplified characters, one for one, so that positions stay those of the text given. */
export function simplify(text: string): string {
  const plain = text.replace(/[\u3400-\u9fff]/g, (char) => SIMPLE.get(char) ?? char)
  return SLIPS.reduce((words, [slip, meant]) => words.replaceAll(slip, meant), plain)
}

/** A clause with its closing mark: `end` points behind the mark. */
export type Clause = { start: number; end: number; text: string; mark: string }

/** Cuts a text at punctuation and line ends. Quotation marks and brackets do not cut. */
export function clausesOf(text: string): Clause[] {
  const clauses: Clause[] = []
  for (const match of text.matchAll(/(?:[^，。！？；、,!?;\n]|(?<=\d),(?=\d))+[，。！？；、,!?;\n]?/g)) {
    const mark = /[，。！？；、,!?;\n]$/.exec(match[0])?.[0] ?? ''
    clauses.push({ start: match.index, end: match.index + match[0].length, text: match[0], mark })
  }
  return clauses
}

/** Spans inside quotation marks, marks included. */
export function quotedSpans(text: string): { start: number; end: number }[] {
  const pairs = /“[^”\n]{1,60}”|「[^」\n]{1,60}」|『[^』\n]{1,60}』|《[^》\n]{1,60}》|"[^"\n]{1,60}"/g
  return [...text.matchAll(pairs)].map((m) => ({ start: m.index, end: m.index + m[0].length }))
}

import type { ProductLine, Region } from '../org/person.js'

/** Area codes of the cities that companies write landline numbers from; the rest is found by name. */
const areaCodes: Record<string, string> = {
  '010': '北京', '020': '广州', '021': '上海', '022': '天津', '023': '重庆', '024': '沈阳', '025': '南京', '027': '武汉',
  '028': '成都', '029': '西安', '0311': '石家庄', '0351': '太原', '0371': '郑州', '0411': '大连', '0431': '长春', '0451': '哈尔滨',
  '0510': '无锡', '0512': '苏州', '0519': '常州', '0531': '济南', '0532': '青岛', '0551': '合肥', '0571': '杭州', '0574': '宁波',
  '0577': '温州', '0591': '福州', '0592': '厦门', '0731': '长沙', '0755': '深圳', '0756': '珠海', '0757': '佛山', '0769': '东莞',
  '0771': '南宁', '0791': '南昌', '0851': '贵阳', '0871': '昆明', '0898': '海口', '0931': '兰州', '0991': '乌鲁木齐',
} // prettier-ignore

/**
 * The region that a text or a landline number points to; the longest place name wins, since 吉林市 is more than 吉林.
 *
 * @param hints - in order of trust: what was asked for, the company's name, the words. The first that names a place decides.
 */
export function findRegion(
  regions: readonly Region[],
  hints: readonly (string | null | undefined)[],
  phone?: string | null,
): Region | null {
  const city = phone
    ? areaCodes[Object.keys(areaCodes).find((code) => phone.startsWith(code)) ?? '']
    : undefined
  for (const hint of [...hints, city]) {
    if (!hint) continue
    const named = regions
      .flatMap((region) => [region.name, ...region.places].map((place) => ({ region, place })))
      .filter(({ place }) => hint.includes(place))
      .sort((a, b) => b.place.length - a.place.length)[0]
    if (named) return named.region
  }
  return null
}

/** The product line that the words name most often; null when none is named. */
export function findProductLine(lines: readonly ProductLine[], text: string): ProductLine | null {
  const folded = text.toLowerCase()
  const counted = lines
    .map((line) => ({
      line,
      hits: [line.name, ...line.keywords].filter((word) => folded.includes(word.toLowerCase())).length,
    }))
    .sort((a, b) => b.hits - a.hits)
  return counted[0] && counted[0].hits > 0 ? counted[0].line : null
}

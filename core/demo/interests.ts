import type { LineKey } from './company.js'

/** What becomes of a lead: how far it goes, and how it looks today. */
export type Fate =
  | 'won'
  | 'lost'
  | 'qualify'
  | 'demo'
  | 'proposal'
  | 'negotiation'
  | 'given-up'
  | 'working'
  | 'fresh'
  | 'unviewed'
  | 'queued'
  | 'red'

/** How it comes to its owner: accepted, accepted by nobody in time, declined, or imported. */
export type Route = 'accepted' | 'missed' | 'declined' | 'imported'

/** When the next contact is due, seen from today, in days; null for a record that needs none. */
export type NextIn = number | null

export interface DemoInterest {
  daysAgo: number
  name: string
  company: string
  city: string
  line: LineKey
  source: 'chat' | 'form' | 'douyin-ad' | 'douyin-dm' | 'call-400' | 'expo' | 'import'
  /** In units of 10,000 yuan. */
  budget: number | null
  fate: Fate
  route: Route
  next: NextIn
  need: string
}

type Row = [
  daysAgo: number,
  name: string,
  company: string,
  city: string,
  line: LineKey,
  source: DemoInterest['source'],
  budget: number | null,
  fate: Fate,
  route: Route,
  next: NextIn,
  need: string,
]

// prettier-ignore
const rows: Row[] = [
  [44, '陆志明', '恒通机械', '上海', 'stock', 'form', 28, 'won', 'accepted', null, '两个仓库想上进销存，支持扫码出入库'],
  [43, '唐雪', '美邻连锁', '杭州', 'service', 'chat', 36, 'won', 'accepted', null, '门店热线太忙，想看看客服系统和机器人'],
  [43, '贺建平', '粤丰建材', '广州', 'stock', 'call-400', 45, 'won', 'accepted', null, '仓库盘点一次要三天，想换一套ERP'],
  [42, '冯倩', '海纳教育', '深圳', 'service', 'douyin-dm', 18, 'lost', 'missed', null, '招生热线需要二十个坐席，先了解报价'],
  [41, '谢国强', '东盛电器', '东莞', 'board', 'expo', 60, 'won', 'accepted', null, '想给车间做一块生产看板大屏'],
  [41, '秦晓燕', '百合家居', '南京', 'stock', 'form', 15, 'lost', 'accepted', null, '电商库存对不上账，想找进销存软件'],
  [40, '汤伟', '捷运供应链', '苏州', 'board', 'chat', 52, 'won', 'declined', null, '运营日报靠手工，想做数据分析和看板'],
  [39, '韩梅', '新禾农业', '南宁', 'stock', 'import', null, 'given-up', 'imported', null, '了解采购管理模块'],
  [38, '曹军', '同德医药', '合肥', 'service', 'douyin-ad', 22, 'lost', 'accepted', null, '售后工单要能分派到各地服务点'],
  [37, '彭丽华', '嘉年文旅', '珠海', 'board', 'form', 30, 'lost', 'accepted', null, '景区客流报表想自动出'],
  [36, '范永清', '立信五金', '宁波', 'stock', 'expo', 12, 'given-up', 'accepted', null, '展会上看过，想要进销存资料'],
  [35, '田媛', '蓝天幼教', '佛山', 'service', 'douyin-dm', 8, 'given-up', 'accepted', null, '家长咨询太多，想要客服机器人'],
  [34, '石磊', '宏图印务', '无锡', 'stock', 'call-400', 26, 'negotiation', 'accepted', 2, '纸张库存和订单想放在一套系统里'],
  [33, '龙涛', '南山精工', '深圳', 'board', 'form', 80, 'negotiation', 'accepted', 0, '集团六个工厂，要统一的数据平台和报表'],
  [32, '邱敏', '安心药房', '温州', 'stock', 'import', 20, 'given-up', 'imported', null, '门店进销存，想先看演示'],
  [31, '侯斌', '天成物业', '上海', 'service', 'chat', 40, 'proposal', 'accepted', 1, '业主报修走工单，想要客服加工单一体'],
  [30, '孟晓东', '金叶茶业', '厦门', 'stock', 'douyin-ad', 10, 'given-up', 'missed', null, '想了解茶叶仓储管理多少钱'],
  [29, '白洁', '优学在线', '杭州', 'service', 'form', 33, 'proposal', 'accepted', -1, '三十个坐席，要会话质检，月底前定'],
  [28, '崔立新', '华诚汽配', '广州', 'stock', 'chat', 48, 'proposal', 'accepted', 0, '配件库存一万多个型号，要支持扫码'],
  [27, '康宁', '星耀传媒', '南京', 'board', 'douyin-dm', 16, 'given-up', 'accepted', null, '投放数据看板，预算不多'],
  [26, '毛建国', '长风运输', '惠州', 'board', 'call-400', 25, 'demo', 'accepted', 3, '车队油耗和里程报表，想看演示'],
  [25, '邵晴', '雅居装饰', '嘉兴', 'service', 'form', 14, 'demo', 'accepted', 0, '客户咨询分不清谁跟进，想要工单'],
  [24, '万里', '凯旋酒店', '海口', 'service', 'expo', 55, 'demo', 'missed', 1, '集团热线统一接听，想约演示'],
  [23, '钟鸣', '博瑞仪器', '上海', 'stock', 'form', 32, 'qualify', 'accepted', 2, '仪器有序列号，库存要能追到每一台'],
  [22, '段志刚', '百川化工', '绍兴', 'board', 'chat', 70, 'qualify', 'accepted', -2, '安全指标和产量要一块大屏'],
  [21, '雷蕾', '美味鲜餐饮', '佛山', 'stock', 'douyin-ad', 24, 'qualify', 'accepted', 4, '中央厨房的采购和库存'],
  [20, '贾文博', '启明光学', '苏州', 'board', 'call-400', 27, 'working', 'accepted', 0, '质检数据分析，现在都在表格里'],
  [19, '傅小雨', '童心玩具', '东莞', 'stock', 'form', 19, 'working', 'accepted', 1, '玩具出口，库存要分国内国外两本账'],
  [19, '丁海', '迅达快修', '合肥', 'service', 'douyin-dm', 11, 'given-up', 'accepted', null, '上门维修派单，想看看工单'],
  [18, '余芳', '和美妇幼', '珠海', 'service', 'chat', 21, 'working', 'accepted', 3, '预约热线，十五个坐席'],
  [17, '潘志强', '鼎盛钢构', '南京', 'stock', 'expo', 38, 'working', 'declined', -1, '钢材库存按重量和件数两种单位'],
  [16, '葛静', '蓝海旅行', '厦门', 'service', 'form', 17, 'working', 'accepted', 2, '旺季咨询量大，想要机器人先接'],
  [15, '严俊', '康佳健身', '杭州', 'board', 'douyin-ad', 9, 'given-up', 'accepted', null, '会员数据报表'],
  [15, '江涛', '正大饲料', '南宁', 'stock', 'call-400', 42, 'working', 'accepted', 0, '饲料仓库批次管理，采购要审批'],
  [14, '史晓峰', '云帆网络', '深圳', 'service', 'chat', 29, 'working', 'missed', 1, '在线客服和热线要打通'],
  [13, '金玲', '花漾美妆', '上海', 'stock', 'douyin-dm', 23, 'working', 'accepted', 0, '直播电商库存同步，双十一前要用'],
  [12, '苏文', '瑞丰农机', '无锡', 'service', 'form', 13, 'working', 'accepted', 5, '农机售后工单，要手机上能接'],
  [12, '卢俊杰', '欣荣纸业', '惠州', 'stock', 'import', 31, 'working', 'imported', -3, '进销存要和财务软件对接'],
  [11, '蒋欣', '中科检测', '合肥', 'board', 'form', 46, 'working', 'accepted', 2, '检测报告的数据分析平台'],
  [10, '魏东', '顺心家政', '广州', 'service', 'douyin-ad', 12, 'given-up', 'accepted', null, '客服系统多少钱一年'],
  [10, '薛明', '华美幕墙', '宁波', 'stock', 'expo', 35, 'working', 'accepted', 1, '项目制采购，按工地管库存'],
  [9, '尹丽', '知行书店', '苏州', 'stock', 'chat', 8, 'working', 'accepted', 0, '图书进销存，三家门店'],
  [8, '常青', '绿源环保', '佛山', 'board', 'call-400', 39, 'working', 'accepted', 3, '排放指标看板，要对接监测设备'],
  [8, '武志伟', '宏远教具', '绍兴', 'service', 'form', 15, 'working', 'accepted', -1, '学校报修工单'],
  [7, '乔安', '悦享影城', '深圳', 'board', 'douyin-dm', 26, 'working', 'accepted', 2, '票房和卖品报表合在一起看'],
  [6, '徐静', '锦程医疗', '上海', 'stock', 'chat', 44, 'working', 'accepted', 1, '耗材库存要管效期，采购要招标流程'],
  [6, '庞博', '德力阀门', '温州', 'stock', 'form', 28, 'working', 'missed', 4, '阀门库存和采购计划'],
  [5, '翟晓', '南方乳业', '广州', 'board', 'expo', 65, 'working', 'accepted', 0, '渠道销量看板，想看同行案例'],
  [5, '安然', '橙子公寓', '杭州', 'service', 'douyin-ad', 18, 'working', 'accepted', 2, '租客报修和投诉走工单'],
  [4, '颜如', '锦绣服饰', '东莞', 'stock', 'chat', 27, 'working', 'accepted', 1, '尺码颜色多，库存老是错'],
  [3, '柯达明', '恒信担保', '南京', 'board', 'form', 50, 'working', 'declined', 3, '风险指标大屏，要私有部署'],
  [2, '向阳', '佳禾种业', '海口', 'stock', 'call-400', 16, 'working', 'accepted', 1, '种子批次追溯和仓储'],
  [1, '关琳', '鹏程数码', '深圳', 'service', 'douyin-dm', 34, 'working', 'accepted', 1, '售后客服二十人，要接抖音和微信'],
  [1, '祝福', '万家超市', '宁波', 'stock', 'form', 58, 'fresh', 'accepted', null, '十二家门店进销存，要连收银'],
  [0, '骆宾', '飞跃体育', '上海', 'service', 'chat', 20, 'fresh', 'accepted', null, '会员热线，想约下周演示'],
  [0, '梅兰', '四季酒业', '佛山', 'stock', 'form', 30, 'fresh', 'accepted', null, '酒水库存，经销商要能自己下单'],
  [0, '沈青', '云州地产', '杭州', 'board', 'form', 90, 'unviewed', 'missed', null, '售楼数据看板，集团统一采购'],
  [0, '盛夏', '冰点冷链', '广州', 'stock', 'import', 37, 'unviewed', 'imported', null, '冷库仓储管理，温度要进系统'],
  [0, '申屠浩', '同创模具', '苏州', 'stock', 'form', 41, 'red', 'missed', null, '模具库存和采购，这周就想定方案'],
  [0, '路晨', '晨星培训', '南京', 'service', 'douyin-dm', 15, 'queued', 'declined', null, '想要客服机器人，今天能给报价吗'],
]

/** Sixty leads of the past six weeks, oldest first. */
export const interests: DemoInterest[] = rows.map(
  ([daysAgo, name, company, city, line, source, budget, fate, route, next, need]) => ({
    daysAgo,
    name,
    company,
    city,
    line,
    source,
    budget,
    fate,
    route,
    next,
    need,
  }),
)

import type { Role } from '../actor.js'

/** The demo company as data. Names are made up; keys are the account names in the sandbox messenger. */

export const companyName = '星河软件'

export interface DemoDepartment {
  key: string
  name: string
  parent: string | null
  leader: string | null
}

export const departments: DemoDepartment[] = [
  { key: 'xinghe', name: companyName, parent: null, leader: 'chen-li' },
  { key: 'sales', name: '销售部', parent: 'xinghe', leader: 'chen-li' },
  { key: 'sales-east', name: '华东区', parent: 'sales', leader: 'li-fang' },
  { key: 'sales-south', name: '华南区', parent: 'sales', leader: 'wu-qiang' },
  { key: 'service', name: '客户服务部', parent: 'xinghe', leader: null },
  { key: 'office', name: '综合管理部', parent: 'xinghe', leader: null },
]

export interface DemoRegion {
  key: string
  name: string
  department: string
  places: string[]
}

export const regions: DemoRegion[] = [
  {
    key: 'east',
    name: '华东',
    department: 'sales-east',
    places: [
      '上海',
      '杭州',
      '南京',
      '苏州',
      '宁波',
      '无锡',
      '合肥',
      '嘉兴',
      '绍兴',
      '温州',
      '浙江',
      '江苏',
      '安徽',
    ],
  },
  {
    key: 'south',
    name: '华南',
    department: 'sales-south',
    places: [
      '广州',
      '深圳',
      '东莞',
      '佛山',
      '珠海',
      '惠州',
      '中山',
      '厦门',
      '南宁',
      '海口',
      '广东',
      '广西',
      '海南',
    ],
  },
]

export type LineKey = 'service' | 'stock' | 'board'

export interface DemoLine {
  key: LineKey
  name: string
  keywords: string[]
}

export const productLines: DemoLine[] = [
  {
    key: 'service',
    name: '星河客服云',
    keywords: ['客服', '工单', '坐席', '呼叫中心', '热线', '机器人', '会话质检'],
  },
  {
    key: 'stock',
    name: '星河进销存',
    keywords: ['进销存', '库存', '仓库', '仓储', '采购', '盘点', 'ERP', '扫码出入库'],
  },
  {
    key: 'board',
    name: '星河数据台',
    keywords: ['报表', '看板', '数据分析', '大屏', 'BI', '数据平台', '指标'],
  },
]

export interface DemoPerson {
  key: string
  name: string
  title: string
  role: Role
  department: string
  region: string | null
  cap: number
  /** Familiarity with the product lines, per mille, in their order. */
  knows: [number, number, number]
}

const rep = (
  key: string,
  name: string,
  region: 'east' | 'south',
  cap: number,
  knows: DemoPerson['knows'],
): DemoPerson => ({
  key,
  name,
  title: region === 'east' ? '华东区销售' : '华南区销售',
  role: 'rep',
  department: `sales-${region}`,
  region,
  cap,
  knows,
})

const manager = (key: string, name: string, title: string, department: string): DemoPerson => ({
  key,
  name,
  title,
  role: 'manager',
  department,
  region: null,
  cap: 20,
  knows: [800, 800, 800],
})

export const people: DemoPerson[] = [
  manager('chen-li', '陈立', '销售总监', 'sales'),
  manager('li-fang', '李芳', '华东区经理', 'sales-east'),
  manager('wu-qiang', '吴强', '华南区经理', 'sales-south'),
  rep('wang-xiaoming', '王小明', 'east', 12, [900, 400, 600]),
  rep('zhao-lin', '赵琳', 'east', 12, [600, 900, 300]),
  rep('qian-feng', '钱枫', 'east', 10, [300, 500, 900]),
  rep('zhou-yuan', '周媛', 'east', 8, [500, 600, 400]),
  rep('sun-hao', '孙浩', 'south', 12, [500, 800, 700]),
  rep('huang-mei', '黄玫', 'south', 12, [900, 500, 500]),
  rep('lin-zhi', '林志', 'south', 8, [400, 600, 800]),
  {
    ...manager('zhou-min', '周敏', '系统管理员', 'office'),
    role: 'admin',
    knows: [0, 0, 0],
  },
  {
    ...manager('he-jing', '何静', '客服专员', 'service'),
    role: 'support',
    knows: [0, 0, 0],
  },
]

/** Customers outside the company who can be played in the sandbox. `lead` names the lead that is known of them already. */
export const outsiders: { key: string; name: string; title: string; lead?: string }[] = [
  { key: 'liu-zhiyuan', name: '刘志远', title: '杭州远航物流 运营总监' },
  { key: 'gao-peng', name: '高鹏', title: '苏州华阳电子 信息部' },
  { key: 'xu-jing', name: '徐静', title: '上海锦程医疗 采购经理', lead: '锦程医疗' },
  { key: 'deng-rui', name: '邓锐', title: '广州南粤食品 总经理助理' },
  { key: 'luo-dan', name: '罗丹', title: '深圳蓝湾科技 行政主管' },
]

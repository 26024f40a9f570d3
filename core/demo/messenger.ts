import { departments, outsiders, people } from './company.js'

/**
 * The demo company's side of the sandbox messenger: who can be played, and which chats there are. Plain data in the
 * shape that `Sandbox.accounts` takes; putting it again changes nothing.
 */
export const demoMessenger = {
  departments: departments.map(({ key, name, parent, leader }) => ({
    externalId: key,
    name,
    parentExternalId: parent,
    leaderExternalIds: leader ? [leader] : [],
  })),
  /** Customers first: the first thing to do in the sandbox is to write as one of them. */
  accounts: [
    ...outsiders.map(({ key, name, title }) => ({
      externalId: key,
      name,
      title,
      group: 'customer' as const,
    })),
    ...people.map(({ key, name, title, role, department }) => ({
      externalId: key,
      name,
      title,
      group: role,
      departmentExternalIds: [department],
    })),
  ],
  groups: [
    {
      id: 'group-east',
      name: '华东客户交流群',
      memberIds: ['liu-zhiyuan', 'gao-peng', 'xu-jing', 'wang-xiaoming', 'zhao-lin'],
      hasBot: true,
    },
    {
      id: 'group-south',
      name: '华南客户交流群',
      memberIds: ['deng-rui', 'luo-dan', 'sun-hao', 'huang-mei'],
      hasBot: true,
    },
    {
      id: 'group-sales-east',
      name: '华东区销售群',
      memberIds: ['li-fang', 'wang-xiaoming', 'zhao-lin', 'qian-feng', 'zhou-yuan'],
      hasBot: true,
    },
  ],
  directs: [
    ['wang-xiaoming', 'liu-zhiyuan'],
    ['sun-hao', 'deng-rui'],
  ] as [one: string, other: string][],
}

import type { GateNeed, Stage } from '../playbook/stages.js'
import type { Deal } from './deal.js'

export interface GateFacts {
  deal: Pick<Deal, 'amountCents' | 'expectedCloseOn'>
  hasContactWithNumber: boolean
  contractFiles: number
}

/** Where a missing thing is put right: a field of the deal's page, or its files. */
export interface Missing {
  need: GateNeed
  /** What is missing and what to do, one sentence. */
  say: string
}

const checks: Record<GateNeed, { met: (facts: GateFacts) => boolean; say: string }> = {
  amount: { met: ({ deal }) => (deal.amountCents ?? 0) > 0, say: '还没有填写金额，请在商机页填写预计金额' },
  contact: {
    met: ({ hasContactWithNumber }) => hasContactWithNumber,
    say: '客户还没有带电话的联系人，请在客户页补上',
  },
  'expected-close': {
    met: ({ deal }) => deal.expectedCloseOn !== null,
    say: '还没有填写预计签约日期，请在商机页填写',
  },
  'contract-file': {
    met: ({ contractFiles }) => contractFiles > 0,
    say: '还没有上传盖章合同的扫描件，请在商机页上传（PDF 或照片）',
  },
}

/** What a stage asks for and the deal does not have (P-59, P-60); empty when the gate is open. */
export const missingFor = (stage: Stage, facts: GateFacts): Missing[] =>
  stage.gate.filter((need) => !checks[need].met(facts)).map((need) => ({ need, say: checks[need].say }))

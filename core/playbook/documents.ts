import type { z } from 'zod'
import { actionLibraryDefault, actionLibrarySchema } from './action-library.js'
import { assignmentDefault, assignmentSchema } from './assignment.js'
import { calendarDefault, calendarSchema } from './calendar.js'
import { captureDefault, captureSchema } from './capture.js'
import { credentialsDefault, credentialsSchema } from './credentials.js'
import { directoryDefault, directorySchema } from './directory.js'
import { dutyDefault, dutySchema } from './duty.js'
import { holidaysDefault, holidaysSchema } from './holidays.js'
import { intakeDefault, intakeSchema } from './intake.js'
import { laddersDefault, laddersSchema } from './ladders.js'
import { leadScoreDefault, leadScoreSchema } from './lead-score.js'
import { noticesDefault, noticesSchema } from './notices.js'
import { remindersDefault, remindersSchema } from './reminders.js'
import { sourcesDefault, sourcesSchema } from './sources.js'
import { stagesDefault, stagesSchema } from './stages.js'

const document = <T>(label: string, schema: z.ZodType<T>, defaults: T) => ({ label, schema, defaults })

/** Every playbook document. A new one is a schema, a default and a line here. */
export const documents = {
  'action-library': document('跟进动作库', actionLibrarySchema, actionLibraryDefault),
  assignment: document('分配规则', assignmentSchema, assignmentDefault),
  calendar: document('工作日历', calendarSchema, calendarDefault),
  capture: document('线索识别', captureSchema, captureDefault),
  credentials: document('到期提醒', credentialsSchema, credentialsDefault),
  directory: document('组织同步', directorySchema, directoryDefault),
  duty: document('值班名单', dutySchema, dutyDefault),
  holidays: document('法定节假日', holidaysSchema, holidaysDefault),
  intake: document('网页表单', intakeSchema, intakeDefault),
  ladders: document('时限与升级', laddersSchema, laddersDefault),
  'lead-score': document('线索评分', leadScoreSchema, leadScoreDefault),
  notices: document('通知节奏', noticesSchema, noticesDefault),
  reminders: document('强提醒', remindersSchema, remindersDefault),
  sources: document('线索来源', sourcesSchema, sourcesDefault),
  stages: document('商机阶段', stagesSchema, stagesDefault),
}

export type DocumentName = keyof typeof documents
export type DocumentOf<N extends DocumentName> = (typeof documents)[N]['defaults']

export const documentNames = Object.keys(documents) as DocumentName[]

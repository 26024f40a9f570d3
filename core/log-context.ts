import { AsyncLocalStorage } from 'node:async_hooks'

const context = new AsyncLocalStorage<object>()

/** Runs `work` so that every line logged in it, however deep, carries these fields beside those around it. */
export const inLogContext = <T>(fields: object, work: () => T): T =>
  context.run({ ...context.getStore(), ...fields }, work)

/** What the line that is being logged belongs to: request, event or change ids. */
export const logContext = (): object => context.getStore() ?? {}

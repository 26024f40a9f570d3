import { afterEach, describe, expect, it } from 'vitest'
import { startCore, type TestCore } from '../support/test-core.js'

describe('the schema', () => {
  let test: TestCore
  afterEach(() => test.close())

  it('is the same in migrations and entities', async () => {
    test = await startCore()
    const { upQueries } = await test.database.writer.driver.createSchemaBuilder().log()
    expect(upQueries.map((query) => query.query)).toEqual([])
  })
})

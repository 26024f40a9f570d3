/**
 * The kinds of tests, in the order in which they run: cheapest first. `needs` names what has to be there besides
 * Node; `env` is set for that run only, `args` are vitest's.
 */
export const kinds = [
  { name: 'unit', title: 'unit', project: 'unit' },
  {
    name: 'integration',
    title: 'integration on SQLite',
    project: 'integration',
    env: { GENJIN_TEST_DB: 'sqlite' },
  },
  {
    name: 'mysql',
    title: 'integration on MariaDB',
    project: 'integration',
    env: { GENJIN_TEST_DB: 'mysql' },
    needs: ['mysql'],
    // They wait for the server's disk most of the time: with one worker both cores were idle.
    args: ['--maxWorkers=3'],
  },
  { name: 'contract', title: 'contract', project: 'contract' },
  { name: 'chaos', title: 'chaos, a minute of it', project: 'chaos' },
  { name: 'e2e', title: 'e2e in Chromium', project: 'e2e', needs: ['chromium'] },
]

/** Splits command line arguments into the kinds to run and what is handed on to vitest. */
export function readArguments(args) {
  const names = []
  const rest = []
  for (let i = 0; i < args.length; i++) {
    const [flag, value] = args[i].split('=', 2)
    if (flag !== '--only') rest.push(args[i])
    else names.push(...(value ?? args[++i] ?? '').split(','))
  }
  const unknown = names.filter((name) => !kinds.some((kind) => kind.name === name))
  if (unknown.length > 0) {
    throw new Error(
      `--only ${unknown.join(',')}: unknown; known are ${kinds.map(({ name }) => name).join(', ')}`,
    )
  }
  return { chosen: names.length === 0 ? kinds : kinds.filter(({ name }) => names.includes(name)), rest }
}

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contentPrint, listFiles, quickPrint } from './fingerprint.mjs'
import { expected, pinnedNode, run, say } from './run.mjs'

const EVERY_BUILD = ['package-lock.json', 'tsconfig.json']

/** What is built from what. `entry` is the source without which there is nothing to build, `result` proves a build. */
const builds = [
  {
    name: 'server',
    entry: 'bot/main.ts',
    result: 'dist/bot/main.js',
    inputs: [
      ...['core', 'adapters', 'bot', 'jobs', 'miniapp/api', 'miniapp/contract', 'scripts'],
      'tsconfig.build.json',
    ],
    except: ['adapters/sandbox/console'],
    tool: ['typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  },
  {
    name: 'pages',
    entry: 'miniapp/web/index.html',
    result: 'dist/web/index.html',
    inputs: ['miniapp/web', 'miniapp/contract'],
    tool: viteBuild('miniapp/web', 'dist/web'),
  },
  {
    name: 'console',
    entry: 'adapters/sandbox/console/index.html',
    result: 'dist/console/index.html',
    inputs: ['adapters/sandbox', 'adapters/shared', 'core/ports'],
    tool: viteBuild('adapters/sandbox/console', 'dist/console'),
  },
]

/** The builds whose sources exist. */
export function buildsOf(root) {
  return builds.filter(({ entry }) => existsSync(join(root, entry)))
}

/** Arguments for Node that run one build; with `--watch` added both tools keep going. */
export function toolOf(root, { tool: [script, ...args] }) {
  return [join(root, 'node_modules', script), ...args.map((arg) => arg.replace('<root>', root))]
}

/** Why this build is out of date, or null. Contents decide; times only spare the reading. */
export function reasonToBuild(root, item) {
  if (!existsSync(join(root, item.result))) return 'not built yet'
  const stamp = readStamp(root, item)
  if (!stamp) return 'not finished last time'
  const files = inputsOf(root, item)
  const quick = quickPrint(root, files)
  if (quick === stamp.quick) return null
  if (contentPrint(root, files) !== stamp.content) return 'sources changed'
  writeStamp(root, item, { ...stamp, quick })
  return null
}

/** Runs the given builds side by side. @throws an error with the tools' own output when one fails. */
export async function build(root, items) {
  const startedAt = performance.now()
  const failures = (await Promise.all(items.map((item) => buildOne(root, item)))).filter(
    (text) => text !== null,
  )
  if (failures.length > 0) throw expected(failures.join('\n\n'))
  say(`built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

async function buildOne(root, item) {
  const files = inputsOf(root, item)
  // Taken before the build: a file saved meanwhile makes the next look find a difference.
  const stamp = { quick: quickPrint(root, files), content: contentPrint(root, files) }
  rmSync(stampFile(root, item), { force: true })
  // With its notes but without its output, the compiler would believe that everything is written already.
  if (item.name === 'server' && !existsSync(join(root, item.result)))
    rmSync(join(root, 'dist/.tsbuildinfo'), { force: true })
  const { code, output } = await run(pinnedNode(root) ?? process.execPath, toolOf(root, item), {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (code !== 0) return `building ${item.name} failed · 构建失败\n${output}`
  if (item.name === 'server') removeOrphans(root)
  writeStamp(root, item, stamp)
  return null
}

// tsc leaves the output of deleted sources behind, and a folder that is read at run time would still find it.
function removeOrphans(root) {
  const outputs = listFiles(root, ['dist'], ['dist/web', 'dist/console']).filter((file) =>
    file.endsWith('.js'),
  )
  for (const file of outputs) {
    const source = file.replace(/^dist\//, '').replace(/\.js$/, '.ts')
    if (existsSync(join(root, source))) continue
    rmSync(join(root, file))
    rmSync(join(root, `${file}.map`), { force: true })
  }
}

function viteBuild(folder, out) {
  return [
    'vite/bin/vite.js',
    'build',
    folder,
    '--outDir',
    `<root>/${out}`,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ]
}

function inputsOf(root, item) {
  return listFiles(root, [...item.inputs, ...EVERY_BUILD], item.except)
}

function stampFile(root, item) {
  return join(root, 'dist', '.stamps', `${item.name}.json`)
}

function readStamp(root, item) {
  try {
    return JSON.parse(readFileSync(stampFile(root, item), 'utf8'))
  } catch {
    return null
  }
}

function writeStamp(root, item, stamp) {
  mkdirSync(join(root, 'dist', '.stamps'), { recursive: true })
  writeFileSync(stampFile(root, item), JSON.stringify(stamp))
}

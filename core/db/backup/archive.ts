import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { PassThrough, Transform, type Readable, type Writable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'

/**
 * A backup is one gzip file of JSON lines: a head, then for each table its name and columns followed by its rows as
 * arrays, then the files' contents in parts, then an end with counts and the SHA-256 of every line before it. Both
 * engines read and write the same values, so a backup of one can be restored into the other.
 */
export type ArchiveLine = Head | TableLine | RowLine | FileLine

const headSchema = z.strictObject({
  format: z.literal('genjin-backup'),
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  /** Names of the migrations that the tables have seen, oldest first. */
  migrations: z.array(z.string()),
})
const tableSchema = z.strictObject({ table: z.string(), columns: z.array(z.string()).min(1) })
const cell = z.union([z.string(), z.number(), z.null()])
const rowSchema = z.array(cell)
const fileSchema = z.strictObject({ file: z.string(), data: z.base64(), more: z.boolean() })
const endSchema = z.strictObject({
  end: z.literal(true),
  rows: z.number().int(),
  files: z.number().int(),
  sha256: z.string().length(64),
})
const lineSchema = z.union([rowSchema, tableSchema, fileSchema, headSchema, endSchema])

export type Head = z.infer<typeof headSchema>
export type TableLine = z.infer<typeof tableSchema>
export type Cell = z.infer<typeof cell>
export type RowLine = Cell[]
export type FileLine = z.infer<typeof fileSchema>

export interface Contents {
  rows: number
  files: number
}

/** The file is not a whole backup: cut off, changed or something else. */
export class BrokenArchive extends Error {
  override name = 'BrokenArchive'
}

/** Writes the lines and their end. @returns what was written. */
export async function writeArchive(lines: AsyncIterable<ArchiveLine>, to: Writable): Promise<Contents> {
  const contents: Contents = { rows: 0, files: 0 }
  async function* text(): AsyncGenerator<string> {
    const hash = createHash('sha256')
    for await (const line of lines) {
      count(contents, line)
      const written = `${JSON.stringify(line)}\n`
      hash.update(written)
      yield written
    }
    yield `${JSON.stringify({ end: true, ...contents, sha256: hash.digest('hex') })}\n`
  }
  await pipeline(text(), createGzip({ level: 6 }), to)
  return contents
}

/**
 * Reads the lines of an archive, the end left out.
 *
 * @throws BrokenArchive as soon as something is wrong; a missing or wrong end shows after the last line, so whoever
 *   writes what he reads checks the whole archive first.
 */
export async function* readArchive(from: Readable): AsyncGenerator<ArchiveLine> {
  const hash = createHash('sha256')
  const contents: Contents = { rows: 0, files: 0 }
  let isFirst = true
  let isEnded = false
  for await (const line of linesOf(from)) {
    if (isEnded) throw new BrokenArchive('something follows the end')
    const parsed = parseLine(line)
    if (isFirst && !('format' in parsed)) throw new BrokenArchive('not a backup')
    isFirst = false
    if ('end' in parsed) {
      isEnded = true
      const isWhole =
        parsed.sha256 === hash.digest('hex') &&
        parsed.rows === contents.rows &&
        parsed.files === contents.files
      if (!isWhole) throw new BrokenArchive('the contents are not those that were written')
    } else {
      hash.update(`${line}\n`)
      count(contents, parsed)
      yield parsed
    }
  }
  if (!isEnded) throw new BrokenArchive('the end is missing')
}

function parseLine(line: string): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(line))
  } catch (cause) {
    throw new BrokenArchive('a line cannot be read', { cause })
  }
}

function count(contents: Contents, line: ArchiveLine): void {
  if (Array.isArray(line)) contents.rows += 1
  else if ('file' in line && !line.more) contents.files += 1
}

/** A file part is 1 MB before encoding; a row holds at most a few texts of 16 MB. */
const mostLineBytes = 96 * 1024 * 1024

async function* linesOf(from: Readable): AsyncGenerator<string> {
  const unzipped = new PassThrough()
  // What goes wrong on the way comes out of the stream that is read; a reader that stops early is no failure.
  pipeline(from, createGunzip(), asLines(), unzipped).catch(() => undefined)
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>)
      for (const line of chunk.toString('utf8').split('\n')) if (line !== '') yield line
  } catch (cause) {
    throw cause instanceof BrokenArchive ? cause : new BrokenArchive('cannot be unpacked', { cause })
  }
}

/** Regroups bytes so that every chunk ends with a line. */
function asLines(): Transform {
  let rest: Buffer[] = []
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = chunk.lastIndexOf(10)
      if (end < 0) {
        rest.push(chunk)
        size += chunk.length
        return size > mostLineBytes ? done(new BrokenArchive('a line is too long')) : done()
      }
      const whole = Buffer.concat([...rest, chunk.subarray(0, end + 1)])
      rest = [chunk.subarray(end + 1)]
      size = chunk.length - end - 1
      done(null, whole)
    },
    flush(done) {
      done(null, rest.length > 0 ? Buffer.concat(rest) : undefined)
    },
  })
}

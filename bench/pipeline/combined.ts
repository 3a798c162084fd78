import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseCombined } from '../../server/stream/records/combined/parse-combined.ts'
import { ingestEvents, openRecord, type RecordCursor } from '../../server/stream/records/ingest.ts'
import { aShard, folding, measured, median, type Rate } from './measured.ts'

const LINES = 300_000
/** Lines put together into one record, as a log's agent does. */
const RECORD_BYTES = 64 * 1024
const NEWLINE = 0x0a

const WHAT = `Ours: reads the file, checks each line as an event or two (a request, a page view), settles their fates and
folds them into panes of time: every built-in count and different visitors (HyperLogLog), in total and by page,
referrer and device. A line has no id: its events count once because their record is read once; beside it, the
same with every id looked up and remembered.
GoAccess, its default panels: by day, page, file, page not found, host, system, browser, hour, referring site and
status the hits, different visitors (exact) and bytes; and the report as JSON.`

interface Round {
  ratio: number
  /** With every id remembered. */
  withIds: number
}

/** A log repeated to 300,000 lines, beside GoAccess's batch run over the same file. */
export function combinedRounds(log: string, rounds: number): void {
  const text = readFileSync(log, 'utf8').trimEnd()
  const lines = text.split('\n')
  const last = parseCombined(lines.at(-1) ?? '')
  if (last.kind === 'skipped') throw new Error(`the last line of ${log}: ${last.reason}`)
  const times = Math.ceil(LINES / lines.length)
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-bench-'))
  const file = path.join(folder, 'access.log')
  writeFileSync(file, `${text}\n`.repeat(times))
  console.log(`${times * lines.length} lines of a combined log\n${WHAT}`)
  try {
    const run = () => round(file, times * lines.length, last.at)
    run()
    const all = Array.from({ length: rounds }, run).filter((one) => one !== undefined)
    const ratio = median(all.map((one) => one.ratio)).toFixed(2)
    const withIds = median(all.map((one) => one.withIds)).toFixed(2)
    console.log(
      all.length === 0
        ? 'GoAccess is not installed'
        : `ratio, median of ${all.length}: ${ratio}; with every id remembered ${withIds}`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** undefined: GoAccess is not installed. */
function round(file: string, lines: number, now: number): Round | undefined {
  const parsed = measured(lines, () => eachRecord(file, now, () => {}))
  const ours = foldedRate(file, lines, now, false)
  const withIds = foldedRate(file, lines, now, true)
  const goaccess = goAccess(file, lines)
  const micros = ({ aSecond }: Rate) => (1e6 / aSecond).toFixed(2)
  const said = `combined   ${ours.aSecond} lines/s, ${micros(ours)} µs a line, ${micros(parsed)} to read and parse; with every id ${micros(withIds)}`
  if (goaccess === undefined) {
    console.log(said)
    return undefined
  }
  const ratio = ours.aSecond / goaccess.aSecond
  console.log(`${said}; GoAccess ${goaccess.aSecond} lines/s: ratio ${ratio.toFixed(2)}`)
  return { ratio, withIds: withIds.aSecond / goaccess.aSecond }
}

/** Of the whole way from the file into the panes. */
function foldedRate(file: string, lines: number, now: number, rememberAll: boolean): Rate {
  const { ports, applied, end } = folding(now, { rememberAll })
  const shard = aShard()
  const rate = measured(lines, () => {
    eachRecord(file, now, (cursor) => {
      ingestEvents(cursor, shard, ports, Number.POSITIVE_INFINITY)
    })
    end()
  })
  const { fates } = shard
  if (applied() !== fates.applied || fates.rejected > 0) throw new Error('not all were folded')
  return rate
}

/** Reads the file and opens what would be its records on a stream. */
function eachRecord(file: string, now: number, take: (cursor: RecordCursor) => void): void {
  const fd = openSync(file, 'r')
  const bytes = new Uint8Array(RECORD_BYTES)
  const shard = aShard()
  let at = 0
  for (let number = 1; ; number++) {
    const length = readSync(fd, bytes, 0, RECORD_BYTES, at)
    if (length === 0) break
    const data = bytes.subarray(0, bytes.lastIndexOf(NEWLINE, length - 1) + 1)
    if (data.length === 0) throw new Error(`no line ends within ${RECORD_BYTES} bytes`)
    const record = { sequenceNumber: String(number), arrivedAt: now, partitionKey: '', data }
    take(openRecord(record, shard))
    at += data.length
  }
  closeSync(fd)
}

/** Its processor time over the file, as it says it itself to the shell. */
function goAccess(file: string, count: number): Rate | undefined {
  try {
    const command = `time -p goaccess ${file} --log-format=COMBINED --no-progress -o ${file}.json`
    const said = execFileSync('bash', ['-c', `{ ${command} >/dev/null 2>&1; } 2>&1`]).toString()
    const seconds = (name: string) => Number(new RegExp(`${name} ([0-9.]+)`).exec(said)?.[1])
    const spent = seconds('user') + seconds('sys')
    return spent > 0 ? { aSecond: Math.round(count / spent) } : undefined
  } catch {
    return undefined
  }
}

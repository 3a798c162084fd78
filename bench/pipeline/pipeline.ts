import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { parseCombined } from '../../server/embedded/replay-combined.ts'
import { ingestEvents, openRecord } from '../../server/stream/records/ingest.ts'
import { parseEvent } from '../../server/stream/records/parse-event.ts'
import { createSeenIds } from '../../server/stream/records/seen-ids.ts'
import { newShard } from '../../server/stream/shards/shard-progress.ts'
import type { AppliedEvent } from '../../server/stream/stream-app.ts'
import { createMeasureSet } from '../../server/window/measures.ts'
import { createPending } from '../../server/window/pending.ts'
import { createPins } from '../../server/window/pins.ts'
import { createRetention } from '../../server/window/retention.ts'
import { siteEvents } from '../consume/events.ts'

/** What is folded at a stretch before panes are taken out, as a commit does while catching up. */
const SEAL_EVERY = 60_000

const events = Number(process.env.BENCH_EVENTS)
const rounds = Number(process.env.BENCH_ROUNDS)
const log = process.env.BENCH_LOG ?? ''
const endMs = Date.now()

interface Rate {
  /** Of a core: by processor time, the collector's too. */
  aSecond: number
}

function measured(count: number, work: () => void): Rate {
  const cpu = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(cpu)
  return { aSecond: Math.round((count * 1e6) / (user + system)) }
}

/** De-duplicates and folds into all KPIs and dimensions, as of `now`. */
function folding(now: number) {
  const seen = createSeenIds()
  const measures = createMeasureSet(BUILT_IN.kpis)
  const retention = createRetention()
  const pending = createPending({
    measures,
    crossed: BUILT_IN.crossed,
    pins: createPins(),
    retention,
  })
  let applied = 0
  return {
    seen,
    fold(event: StreamEvent) {
      pending.add(event, now, event.time)
      if (++applied % SEAL_EVERY === 0) pending.take()
    },
    applied: () => applied,
  }
}

function jsonRound(records: readonly Uint8Array[]): void {
  let kinds = 0
  const parse = measured(records.length, () => {
    for (const data of records) {
      const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
      kinds += (JSON.parse(text) as { type: string }).type.length
    }
  })
  const { seen, fold, applied } = folding(endMs)
  const shard = newShard({ shardId: 's', parents: [], hashFrom: '0', hashTo: '1', closed: false })
  const ports = { seen, apply: ({ event }: AppliedEvent) => fold(event), reject() {} }
  const ours = measured(records.length, () => {
    for (const [index, data] of records.entries()) {
      const record = { sequenceNumber: String(index), arrivedAt: endMs, partitionKey: '', data }
      ingestEvents(openRecord(record, shard), shard, ports, 1)
    }
  })
  if (applied() !== records.length || kinds === 0) throw new Error('not all were applied')
  const ratio = ours.aSecond / parse.aSecond
  ratios.push(ratio)
  console.log(
    `JSON       ${parse.aSecond} events/s parsed, ${ours.aSecond} events/s decoded, de-duplicated and folded: ratio ${ratio.toFixed(2)}`,
  )
}

/** Each line is read, checked as an event, de-duplicated and folded. GoAccess reads the same file. */
function combinedRound(lines: readonly string[], goaccess: Rate | undefined): void {
  const now = parsedLine(lines.at(-1) ?? '', 0)[0]?.at ?? endMs
  const { seen, fold, applied } = folding(now)
  const ours = measured(lines.length, () => {
    for (const [index, line] of lines.entries()) {
      for (const { event } of parsedLine(line, index + 1)) {
        const parsed = parseEvent(event, { arrivedAt: now, fallbackId: () => String(index) })
        if (parsed.ok && !seen.check(parsed.event.id, now)) fold(parsed.event)
      }
    }
  })
  const beside =
    goaccess === undefined
      ? 'GoAccess is not installed'
      : `GoAccess ${goaccess.aSecond} lines/s: ratio ${(ours.aSecond / goaccess.aSecond).toFixed(2)}`
  console.log(`combined   ${ours.aSecond} lines/s to ${applied()} events; ${beside}`)
}

function parsedLine(line: string, number: number) {
  const parsed = parseCombined(line, number)
  return parsed.kind === 'events' ? parsed.events : []
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

const ratios: number[] = []
const records = Array.from(siteEvents(1, { count: events, endMs }), ({ data }) => data)
const bytes = records.reduce((sum, { length }) => sum + length, 0)
console.log(`${events} events of ${Math.round(bytes / events)} bytes`)
jsonRound(records)
ratios.length = 0
for (let round = 1; round <= rounds; round++) jsonRound(records)
ratios.sort((a, b) => a - b)
console.log(`ratio, median of ${rounds}: ${ratios[ratios.length >> 1]?.toFixed(2)}`)

if (log !== '') {
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-bench-'))
  const text = readFileSync(log, 'utf8').trimEnd()
  const lines = Array.from({ length: 50 }, () => text.split('\n')).flat()
  const file = path.join(folder, 'access.log')
  writeFileSync(file, `${lines.join('\n')}\n`)
  try {
    for (let round = 1; round <= rounds; round++) {
      combinedRound(lines, goAccess(file, lines.length))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

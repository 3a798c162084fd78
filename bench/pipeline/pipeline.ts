import { siteEvents } from '../consume/events.ts'
import { combinedRounds } from './combined.ts'
import { measured, median } from './measured.ts'
import { taking } from './taking.ts'

const events = Number(process.env.BENCH_EVENTS)
const rounds = Number(process.env.BENCH_ROUNDS)
const log = process.env.BENCH_LOG ?? ''
const endMs = Date.now()

/** What runs for days is compiled as well as it will be: after about a million events. */
const WARM_UP_ROUNDS = 3

function jsonRound(records: readonly Uint8Array[]): void {
  let kinds = 0
  const parse = measured(records.length, () => {
    for (const data of records) {
      const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
      kinds += (JSON.parse(text) as { type: string }).type.length
    }
  })
  renewIds(records)
  const before = applied()
  const ours = measured(records.length, () => takeAll(records))
  if (applied() - before !== records.length || kinds === 0) throw new Error('not all were applied')
  const ratio = ours.aSecond / parse.aSecond
  ratios.push(ratio)
  console.log(
    `JSON       ${parse.aSecond} events/s parsed, ${ours.aSecond} events/s decoded, de-duplicated and folded: ratio ${ratio.toFixed(2)}`,
  )
}

/** The first of an id's four numbers is the round's: no id comes again. */
function renewIds(records: readonly Uint8Array[]): void {
  const digits = Buffer.from((++renewed).toString(16).padStart(8, '0'))
  for (const data of records) data.set(digits, '{"id":"'.length)
}

const { applied, takeAll } = taking(endMs)
let renewed = 0
const ratios: number[] = []
const records = Array.from(siteEvents(1, { count: events, endMs }), ({ data }) => data)
const bytes = records.reduce((sum, { length }) => sum + length, 0)
console.log(`${events} events of ${Math.round(bytes / events)} bytes`)
for (let round = 1; round <= WARM_UP_ROUNDS; round++) jsonRound(records)
ratios.length = 0
for (let round = 1; round <= rounds; round++) jsonRound(records)
console.log(`ratio, median of the last ${rounds}: ${median(ratios).toFixed(2)}`)

if (log !== '') combinedRounds(log, rounds)

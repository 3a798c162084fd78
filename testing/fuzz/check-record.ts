import { mayBeLarge } from '../../server/stream/records/decode-record.ts'
import { beginsLikeAggregate } from '../../server/stream/records/kpl-aggregate.ts'
import { foldingOf } from '../../server/stream/records/unfold.ts'
import {
  aggregated,
  gzipped,
  inZlib,
  large,
  padded,
  record,
  type StepClock,
  scanned,
  small,
  type Told,
} from './readings.ts'

/** What no mutation beside them may cost. */
const NEIGHBOURS = [
  '{"type":"neighbour","id":"before"}',
  '{"type":"neighbour","id":"behind"}',
] as const
const LOG_NEIGHBOUR =
  '198.51.100.1 - - [14/Nov/2023:10:05:03 +0000] "HEAD / HTTP/1.1" 200 5 "-" "-"'

/** Says what is wrong; undefined: nothing. */
type Problem = string | undefined

/** A text that may be anything: every way to read it must tell the same. */
export function checkText(
  data: Uint8Array,
  clock: StepClock,
  { isPadded }: { isPadded: boolean },
): Problem {
  const expected = small(data)
  const isPlain = foldingOf(data) === undefined && !beginsLikeAggregate(data)
  const fromBytes = scanned(data)
  return (
    differs('large', expected, large(data, clock)) ??
    (fromBytes === undefined ? undefined : differs('scanned', expected, fromBytes)) ??
    differs('gzip', expected, gzipped(data, clock)) ??
    differs('zlib', expected, inZlib(data, clock)) ??
    (isPlain ? differs('dispatched', expected, record(data, clock)) : undefined) ??
    (isPlain ? differs('aggregated', expected, aggregated(data, clock)) : undefined) ??
    (isPlain && isPadded ? differsPadded(expected, padded(data, clock)) : undefined) ??
    lostNeighbour(data)
  )
}

/** A container that may be broken anywhere: the same each time, and no exception. */
export function checkContainer(data: Uint8Array, clock: StepClock): Problem {
  mayBeLarge(data)
  return differs('again', record(data, clock), record(data, clock))
}

const MAX_SHOWN = 2_000

function differs(way: string, expected: Told, found: Told): Problem {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(found)]
  if (a === b) return undefined
  return `${way}: expected ${a.slice(0, MAX_SHOWN)}, found ${b.slice(0, MAX_SHOWN)}`
}

/** A record that is rejected as a whole is kept as it was put, with its padding. */
const differsPadded = (expected: Told, found: Told): Problem =>
  isRejected(expected) && isRejected(found) ? undefined : differs('padded', expected, found)

const isRejected = ({ fates: [only, second] }: Told): boolean =>
  second === undefined && only?.startsWith('rejected') === true

function lostNeighbour(data: Uint8Array): Problem {
  const [before, behind] = NEIGHBOURS
  const text = Buffer.concat([
    Buffer.from(`${before}\n`),
    data,
    Buffer.from(`\n${behind}\n${LOG_NEIGHBOUR}`),
  ])
  const { fates } = small(text)
  const applied = fates.filter((fate) => fate.startsWith('applied'))
  const has = (word: string) => applied.some((fate) => fate.includes(word))
  if (has('"before"') && has('"behind"') && has('"198.51.100.1"')) return undefined
  return `a neighbour was lost: ${JSON.stringify(fates).slice(0, MAX_SHOWN)}`
}

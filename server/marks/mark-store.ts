import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { KpiMark, MarkCause, MarkEnding } from '../../lib/kpi-mark.ts'
import { DIMENSIONS } from '../../lib/kpis.ts'
import { DAY_MS } from '../../lib/time.ts'
import { filterSchema } from '../../lib/view.ts'
import type { Damage } from '../damage/damage.ts'
import { expectTimes, jsonOf, readable } from '../damage/readable.ts'
import type { Mark } from '../insight/detector.ts'
import type { MarkTable, Schema } from '../store/schema.ts'
import type { TimeRange } from '../window/window-range.ts'

/** For so long marks are kept, and no more than so many. */
export const KEEP_MARKS_MS = 30 * DAY_MS
const MAX_MARKS = 10_000

/** A mark with what the detector said last. */
export interface KeptMark {
  mark: KpiMark
  found: Mark
}

export interface MarkStore {
  /** Those that lasted at some time of the range, newest first. */
  between(asked: Partial<TimeRange> & { kpi?: string; limit: number }): Promise<KpiMark[]>
  /** Those that are not over. */
  open(): Promise<KeptMark[]>
  /** Writes it, or what is new of it. */
  put(kept: KeptMark): Promise<void>
  /** Deletes the oldest; `now`: epoch ms. */
  forget(now: number): Promise<void>
}

/** `streamId` is asked at each call: a stream that was deleted and made anew has another one. */
export function createMarkStore(
  db: Kysely<Schema>,
  { streamId, damage }: { streamId: () => number; damage: Damage },
): MarkStore {
  const read = <Value>(rows: readonly MarkTable[], make: (row: MarkTable) => Value) =>
    readable(rows, make, {
      damage,
      table: 'mark',
      streamId: streamId(),
      key: ({ id }) => ({ id }),
    })
  const marks = () => db.selectFrom('mark').selectAll().where('stream_id', '=', streamId())

  return {
    async between({ from, to, kpi, limit }) {
      let query = marks().orderBy('began_ms', 'desc').orderBy('id').limit(limit)
      if (to !== undefined) query = query.where('began_ms', '<', to)
      if (from !== undefined) {
        query = query.where((is) => is.or([is('ended_ms', 'is', null), is('ended_ms', '>', from)]))
      }
      if (kpi !== undefined) query = query.where('kpi', '=', kpi)
      return read(await query.execute(), toMark)
    },
    async open() {
      const rows = await marks().where('ended_ms', 'is', null).orderBy('began_ms').execute()
      return read(rows, (row) => ({ mark: toMark(row), found: toFound(row) }))
    },
    async put(kept) {
      const row = toRow(kept, streamId())
      await db
        .insertInto('mark')
        .values(row)
        .onConflict((conflict) => conflict.columns(['stream_id', 'id']).doUpdateSet(row))
        .execute()
    },
    async forget(now) {
      const beyond = await marks()
        .orderBy('began_ms', 'desc')
        .offset(MAX_MARKS)
        .limit(1)
        .executeTakeFirst()
      await db
        .deleteFrom('mark')
        .where('stream_id', '=', streamId())
        .where('began_ms', '<=', Math.max(now - KEEP_MARKS_MS, beyond?.began_ms ?? 0))
        .execute()
    },
  }
}

const causeSchema: z.ZodType<MarkCause> = z.strictObject({
  dimension: z.enum(DIMENSIONS),
  key: z.string(),
  share: z.number(),
})

/** JSON has no infinity. */
export function plainFactor({ value, expected }: Pick<Mark, 'value' | 'expected'>): number | null {
  const factor = value / expected
  return Number.isFinite(factor) ? factor : null
}

const toFound = (row: MarkTable): Mark => ({
  since: row.began_ms,
  direction: row.direction,
  expected: row.expected,
  value: row.value,
  factor: row.value / row.expected,
  score: row.score,
})

function toMark(row: MarkTable): KpiMark {
  expectTimes(row, 'began_ms', 'ended_ms')
  if (![row.expected, row.value, row.score].every(Number.isFinite)) {
    throw new Error('its figures are no numbers')
  }
  return {
    id: row.id,
    kpi: row.kpi,
    ...(row.currency !== null && { currency: row.currency }),
    ...(row.part_of !== null && { of: jsonOf('part_of', row.part_of, filterSchema) }),
    direction: row.direction,
    factor: plainFactor(toFound(row)),
    began: row.began_ms,
    ended: row.ended_ms,
    ending: row.ending as MarkEnding | null,
    ...(row.cause !== null && { cause: jsonOf('cause', row.cause, causeSchema) }),
    text: row.text,
  }
}

const toRow = ({ mark, found }: KeptMark, streamId: number): MarkTable => ({
  stream_id: streamId,
  id: mark.id,
  kpi: mark.kpi,
  currency: mark.currency ?? null,
  part_of: mark.of === undefined ? null : JSON.stringify(mark.of),
  direction: mark.direction,
  began_ms: mark.began,
  ended_ms: mark.ended,
  ending: mark.ending,
  expected: found.expected,
  value: found.value,
  score: found.score,
  cause: mark.cause === undefined ? null : JSON.stringify(mark.cause),
  text: mark.text,
})

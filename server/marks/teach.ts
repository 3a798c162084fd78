import { setImmediate as breathe } from 'node:timers/promises'
import { DIMENSIONS, type Dimension } from '../../lib/kpis.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { STEP_MS } from '../insight/reading.ts'
import type { Cell } from '../window/cell.ts'
import type { Pane } from '../window/pane.ts'
import type { TimeRange } from '../window/window-range.ts'
import type { Measured } from './measured.ts'
import type { WatchedKeys } from './watched-keys.ts'
import type { WatchedKpis } from './watched-kpis.ts'

/** So that a restart does not forget what is usual: it is learned again from the panes that are kept. */

/** The times of day of as many days as a season holds. */
const SEASON_MS = 7 * DAY_MS
const SEASON_PIECE_MS = 5 * MINUTE_MS
/** Levels and how uneven they are come from an hour. */
const LEVEL_MS = HOUR_MS

export interface Lesson {
  kpis: WatchedKpis
  keys: WatchedKeys
  /** Where watching begins: the end of a step, epoch ms. */
  upTo: number
  /** When the oldest mark began that goes on; the hour before it has to be known. */
  markedSince: number
}

/** Reads at most 2,000 pieces of the season, some hundreds of steps, and an hour of each dimension's minutes. */
export async function teach(measured: Measured, lesson: Lesson): Promise<void> {
  const { kpis, upTo, markedSince } = lesson
  const steps = readable(measured, STEP_MS, {
    from: Math.min(upTo, markedSince) - LEVEL_MS,
    to: upTo,
  })
  const season = readable(measured, MINUTE_MS, { from: upTo - SEASON_MS, to: steps.from })
  await measured.totals(pieces(season, SEASON_PIECE_MS), ({ from }, cell) =>
    kpis.rememberSeason(cell, from, SEASON_PIECE_MS / STEP_MS),
  )
  await measured.totals(pieces(steps, STEP_MS), ({ from }, cell) => kpis.remember(cell, from))
  await teachKeys(measured, lesson)
}

/** By the minute: that is a sixth of the work, and a part of the whole is the same. */
async function teachKeys(measured: Measured, { keys, upTo, markedSince }: Lesson): Promise<void> {
  const span = { from: Math.min(upTo, markedSince) - LEVEL_MS, to: upTo }
  for (const range of pieces(readable(measured, MINUTE_MS, span), MINUTE_MS)) {
    const panes = await keysOf(measured, keys, range)
    const cell = await cellOf(measured, range)
    if (!measured.isLost(range)) keys.remember(panes, cell, range)
    await breathe()
  }
}

/** The keys of every dimension in one range. */
export async function keysOf(
  measured: Measured,
  { kpis }: Pick<WatchedKeys, 'kpis'>,
  range: TimeRange,
): Promise<Map<Dimension, Pane>> {
  const panes = new Map<Dimension, Pane>()
  const ids = kpis.map(({ id }) => id)
  if (ids.length === 0) return panes
  for (const dimension of DIMENSIONS) {
    panes.set(dimension, await measured.keys(range, dimension, ids))
  }
  return panes
}

export async function cellOf(measured: Measured, range: TimeRange): Promise<Cell | undefined> {
  let found: Cell | undefined
  await measured.totals([range], (_, cell) => {
    found = cell
  })
  return found
}

/** The part of a span that is known about in such pieces. */
function readable(measured: Measured, pieceMs: number, { from, to }: TimeRange): TimeRange {
  const oldest = measured.readableFrom(pieceMs, to)
  return { from: Math.min(to, Math.max(from, oldest + pieceMs)), to }
}

/** The whole pieces of a span. */
function pieces({ from, to }: TimeRange, pieceMs: number): TimeRange[] {
  const all: TimeRange[] = []
  for (let at = Math.ceil(from / pieceMs) * pieceMs; at + pieceMs <= to; at += pieceMs) {
    all.push({ from: at, to: at + pieceMs })
  }
  return all
}

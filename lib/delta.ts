import type { Cells, Point, ViewDelta, ViewState } from './frames.ts'

export const emptyDelta = (delta: ViewDelta): boolean =>
  delta.set === undefined && delta.gone === undefined && delta.points === undefined

/** What turns `before` into `after`: `applyDelta(before, diffView(before, after))` equals `after`. */
export function diffView(before: ViewState, after: ViewState): ViewDelta {
  const set: Record<string, unknown> = {}
  const gone: string[] = []
  const old = before.cells as unknown as Record<string, unknown>
  const fresh = after.cells as unknown as Record<string, unknown>
  for (const [name, cell] of Object.entries(fresh)) {
    if (cell !== undefined && !same(old[name], cell)) set[name] = cell
  }
  for (const name of Object.keys(old)) if (fresh[name] === undefined) gone.push(name)
  const points: NonNullable<ViewDelta['points']> = {}
  for (const [name, series] of Object.entries(after.series)) {
    const change = diffSeries(before.series[name], series)
    if (change !== undefined) points[name] = change
  }
  for (const name of Object.keys(before.series))
    if (after.series[name] === undefined) gone.push(`~${name}`)
  return {
    ...(Object.keys(set).length > 0 && { set: set as Partial<Cells> }),
    ...(gone.length > 0 && { gone }),
    ...(Object.keys(points).length > 0 && { points }),
  }
}

/** Pure: returns a new state that shares what did not change. */
export function applyDelta(state: ViewState, delta: ViewDelta): ViewState {
  const cells: Record<string, unknown> = { ...state.cells, ...delta.set }
  let series = state.series
  for (const [name, change] of Object.entries(delta.points ?? {})) {
    if (series === state.series) series = { ...series }
    series[name] = upsert(series[name] ?? [], change)
  }
  for (const name of delta.gone ?? []) {
    if (name.startsWith('~')) {
      if (series === state.series) series = { ...series }
      delete series[name.slice(1)]
    } else delete cells[name]
  }
  return { cells: cells as unknown as Cells, series }
}

function diffSeries(before: Point[] | undefined, after: Point[]) {
  const from = after[0]?.[0] ?? 0
  if (before === undefined) return { from, upsert: after }
  const old = new Map(before.map((point) => [point[0], point]))
  const changed = after.filter((point) => !same(old.get(point[0]), point))
  const sameStart = (before[0]?.[0] ?? 0) === from && before.length <= after.length
  if (changed.length === 0 && sameStart) return undefined
  const kept = before.filter((point) => point[0] >= from)
  const times = new Set(after.map((point) => point[0]))
  // A point that vanished in the middle cannot be said as an upsert: send the series whole.
  if (kept.some((point) => !times.has(point[0])))
    return { from: Number.MAX_SAFE_INTEGER, upsert: after }
  return { from, upsert: changed }
}

function upsert(points: Point[], change: { from: number; upsert: Point[] }): Point[] {
  const kept = points.filter((point) => point[0] >= change.from)
  const first = change.upsert[0]
  const last = kept.at(-1)
  if (first === undefined) return kept
  if (last === undefined || last[0] < first[0]) return [...kept, ...change.upsert]
  const byTime = new Map(kept.map((point) => [point[0], point]))
  for (const point of change.upsert) byTime.set(point[0], point)
  return [...byTime.values()].sort((a, b) => a[0] - b[0])
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const left = Object.entries(a)
  const right = b as Record<string, unknown>
  if (Array.isArray(a) !== Array.isArray(b) || left.length !== Object.keys(right).length)
    return false
  return left.every(([name, value]) => Object.hasOwn(right, name) && same(value, right[name]))
}

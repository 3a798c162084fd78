import { OTHER_KEY } from '../../lib/kpis.ts'
import { type LightKeys, lightKeys } from './light-keys.ts'
import { isCrowded, isPinned, noteFolded, type Pane, type Pinned, setRows } from './pane.ts'

/** By event, up to `size`, the place of its key. */
export interface EventRows {
  rows: Int32Array
  size: number
}

/** In place of the row of a key that has none. */
const IN_OTHER = -1

/**
 * Gives an empty pane its rows, as `boundPane` would leave them once the events are added. Of too many keys those that
 * have to go get none at all: `rows` then leads to "other". Takes the keys, which differ, over.
 */
export function setBoundedRows(
  pane: Pane,
  keys: string[],
  events: EventRows,
  pinned: Pinned,
): void {
  const { cap } = pane
  const light = isCrowded({ keys, cap }) ? lightOf(keys, events, pinned, cap) : undefined
  if (light === undefined) {
    setRows(pane, keys)
    return
  }
  const newRows = new Int32Array(keys.length)
  for (const row of light.places) newRows[row] = IN_OTHER
  const kept: string[] = []
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] as string
    if (newRows[row] === IN_OTHER) noteFolded(pane, key)
    else newRows[row] = kept.push(key) - 1
  }
  const other = kept.push(OTHER_KEY) - 1
  const { rows, size } = events
  for (let n = 0; n < size; n++) {
    const row = newRows[rows[n] as number] as number
    rows[n] = row === IN_OTHER ? other : row
  }
  setRows(pane, kept)
  for (let row = 0; row < other; row++) {
    if (!isPinned(pinned, kept[row] as string)) pane.outlived[row] = light.heaviest
  }
}

/** Each event weighs 1. Undefined: none has to go. */
function lightOf(
  keys: readonly string[],
  { rows, size }: EventRows,
  pinned: Pinned,
  cap: number,
): LightKeys | undefined {
  const weights = new Float64Array(keys.length)
  for (let n = 0; n < size; n++) {
    const row = rows[n] as number
    weights[row] = (weights[row] as number) + 1
  }
  /** They never go, and take nobody's place. */
  let staying = 0
  for (let row = 0; row < keys.length; row++) {
    if (!isPinned(pinned, keys[row] as string)) continue
    weights[row] = Number.POSITIVE_INFINITY
    staying++
  }
  return keys.length > cap + staying ? lightKeys(weights, cap + staying) : undefined
}

import {
  newReader,
  newWriter,
  readByte,
  readCount,
  readText,
  readVarint,
  writeByte,
  writeText,
  writeVarint,
  written,
} from '../../window/bytes.ts'
import { freeze, mergeFrozen, PaneError, readPane, writePane } from '../../window/codec.ts'
import { LEVELS, levelAt } from '../../window/levels.ts'
import { newPane, type PaneDimension, type PlacedPane } from '../../window/pane-dimension.ts'
import type { Pyramid } from '../../window/pyramid.ts'

const VERSION = 1

/** What one commit adds to panes, as bytes: version, number of panes, then each with its place. */
export function encodeDelta(panes: readonly PlacedPane[]): Uint8Array {
  const writer = newWriter(4_096)
  writeByte(writer, VERSION)
  writeVarint(writer, panes.length)
  for (const { level, dimension, start, pane } of panes) {
    const { ms } = levelAt(level)
    writeVarint(writer, ms)
    writeText(writer, dimension)
    writeVarint(writer, start / ms)
    writePane(writer, freeze(pane))
  }
  return written(writer)
}

/** Leaves out what this version has no place for: a level or a dimension that is gone. */
export function decodeDelta(
  bytes: Uint8Array,
  { measures, dimensions, keyPool }: Pick<Pyramid, 'measures' | 'dimensions' | 'keyPool'>,
): PlacedPane[] {
  const reader = newReader(bytes)
  const version = readByte(reader)
  if (version !== VERSION) throw new PaneError(`it is of an unknown version, ${version}`)
  const panes: PlacedPane[] = []
  for (let left = readCount(reader); left > 0; left--) {
    const ms = readVarint(reader)
    const dimension = readText(reader) as PaneDimension
    const start = readVarint(reader) * ms
    const frozen = readPane(reader, keyPool)
    const level = LEVELS.findIndex((one) => one.ms === ms)
    if (level < 0 || !dimensions.includes(dimension)) continue
    const pane = newPane(measures, { level, dimension })
    mergeFrozen(pane, frozen)
    panes.push({ level, dimension, start, pane })
  }
  if (reader.at !== bytes.length) throw new PaneError('it is longer than it says')
  return panes
}

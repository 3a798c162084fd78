import type { PaneRef } from '../../window/decompose.ts'
import type { Selection } from '../../window/measures.ts'
import { keyedPane, type Pane } from '../../window/pane.ts'
import type { PaneDimension } from '../../window/pane-dimension.ts'
import type { Pins } from '../../window/pins.ts'
import type { Pyramid } from '../../window/pyramid.ts'
import { createSlidingCell, type SlidingCell } from '../../window/sliding-cell.ts'
import { createSlidingKeys, type SlidingKeys } from '../../window/sliding-keys.ts'
import type { SlidingWindow } from '../../window/sliding-window.ts'
import type { Subject } from '../../window/subject.ts'

/**
 * The sliding windows of all views: who asks for one by a name that another already uses gets the same, so that many
 * pages open cost what one does. Each `close` is for one that was asked for; the last one ends it.
 */
export interface SharedWindows {
  /** `name`: which window it is, beside the subject and what is selected of it. */
  cell(name: string, subject: Subject, selection?: Selection): SlidingCell
  keys(name: string, dimension: PaneDimension): SlidingKeys
  /** While `move` runs, a pane that cells of several keys take in is read once for all of them. */
  together(move: () => void): void
}

/** Open cells of one dimension and selection. */
interface Group {
  dimension: PaneDimension
  selection: Selection
  /** How many cells each key has. */
  keys: Map<string, number>
}

export function createSharedWindows(pyramid: Pyramid, pins: Pins): SharedWindows {
  const { measures } = pyramid
  const cells = createShared<SlidingCell>()
  const keys = createShared<SlidingKeys>()
  const groups = new Map<string, Group>()
  /** By group and place; undefined: nothing is moved together. */
  let read: Map<string, Pane> | undefined

  function groupOf(name: string, dimension: PaneDimension, selection: Selection): Group {
    const known = groups.get(name)
    if (known !== undefined) return known
    const group: Group = { dimension, selection, keys: new Map() }
    groups.set(name, group)
    return group
  }

  function readAlready(name: string, { level, start }: PaneRef): Pane | undefined {
    const group = groups.get(name)
    if (read === undefined || group === undefined || group.keys.size < 2) return undefined
    const id = `${name} ${level} ${start}`
    const known = read.get(id)
    if (known !== undefined) return known
    const pane = keyedPane(measures, group.keys.size)
    const wanted = new Set(group.keys.keys())
    pyramid.read([{ level, start }], group.dimension, pane, group.selection, wanted)
    read.set(id, pane)
    return pane
  }

  function createKeyCell(subject: Subject, selection: Selection, name: string): SlidingCell {
    const { dimension, key } = subject
    const group = groupOf(name, dimension, selection)
    group.keys.set(key, (group.keys.get(key) ?? 0) + 1)
    const cell = createSlidingCell({
      ...{ pyramid, subject, selection },
      readAlready: (place) => readAlready(name, place),
    })
    return {
      ...cell,
      close() {
        cell.close()
        const left = (group.keys.get(key) ?? 1) - 1
        if (left > 0) group.keys.set(key, left)
        else group.keys.delete(key)
        if (group.keys.size === 0) groups.delete(name)
      },
    }
  }

  return {
    cell(name, subject, selection = measures.everything) {
      const { dimension, key } = subject
      const of = JSON.stringify([dimension, selection.distinct, selection.quantiles])
      return cells(JSON.stringify([name, key, of]), () =>
        dimension === ''
          ? createSlidingCell({ pyramid, subject, selection })
          : createKeyCell(subject, selection, of),
      )
    },
    keys: (name, dimension) =>
      keys(JSON.stringify([name, dimension]), () =>
        createSlidingKeys({ pyramid, pins, dimension }),
      ),
    together(move) {
      read = new Map()
      try {
        move()
      } finally {
        read = undefined
      }
    },
  }
}

function createShared<T extends SlidingWindow>(): (name: string, create: () => T) => T {
  const all = new Map<string, { window: T; users: number }>()

  return (name, create) => {
    const shared = all.get(name) ?? { window: create(), users: 0 }
    shared.users++
    all.set(name, shared)
    let isOpen = true
    return {
      ...shared.window,
      close() {
        if (!isOpen) return
        isOpen = false
        if (--shared.users > 0) return
        all.delete(name)
        shared.window.close()
      },
    }
  }
}

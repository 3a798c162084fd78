import type { Selection } from '../../window/measures.ts'
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
}

export function createSharedWindows(pyramid: Pyramid, pins: Pins): SharedWindows {
  const cells = createShared<SlidingCell>()
  const keys = createShared<SlidingKeys>()

  return {
    cell(name, subject, selection) {
      const { dimension, key } = subject
      const full = JSON.stringify([name, dimension, key, selection?.distinct, selection?.quantiles])
      return cells(full, () =>
        createSlidingCell({ pyramid, subject, ...(selection !== undefined && { selection }) }),
      )
    },
    keys: (name, dimension) =>
      keys(JSON.stringify([name, dimension]), () =>
        createSlidingKeys({ pyramid, pins, dimension }),
      ),
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

/** Slices of time by their numbers; `to` is no part of it. */
export interface SliceRange {
  from: number
  to: number
}

export interface CutRanges {
  add(slice: number): void
  /** In order, apart from one another. They are few: what is cut one after the other is one range. */
  all(): readonly SliceRange[]
  /** Takes out what lies before a slice. */
  takeBefore(slice: number): SliceRange[]
}

/** Which slices were cut. */
export function createCutRanges(): CutRanges {
  let ranges: SliceRange[] = []

  return {
    all: () => ranges,
    add(slice) {
      const before = ranges.filter(({ to }) => to < slice)
      const after = ranges.filter(({ from }) => from > slice + 1)
      const beside = ranges.slice(before.length, ranges.length - after.length)
      const from = Math.min(slice, ...beside.map((range) => range.from))
      const to = Math.max(slice + 1, ...beside.map((range) => range.to))
      ranges = [...before, { from, to }, ...after]
    },
    takeBefore(slice) {
      const over = ranges
        .filter(({ from }) => from < slice)
        .map(({ from, to }) => ({ from, to: Math.min(to, slice) }))
      ranges = ranges
        .filter(({ to }) => to > slice)
        .map(({ from, to }) => ({ from: Math.max(from, slice), to }))
      return over
    },
  }
}

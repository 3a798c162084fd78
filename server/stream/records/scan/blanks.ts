import { Byte, type Source } from './source.ts'

/** Answers the first place from `at` on that is no blank of JSON. */
export function createBlanks({ bytes }: Source): (at: number) => number {
  return function pastBlanks(at) {
    let next = at
    for (;;) {
      const byte = bytes[next] as number
      if (byte > Byte.space) return next
      if (
        byte !== Byte.space &&
        byte !== Byte.newline &&
        byte !== Byte.return &&
        byte !== Byte.tab
      ) {
        return next
      }
      next++
    }
  }
}

/** The viewer's wall clock: what a `datetime-local` field holds, "2026-11-12T09:00". */
export function toLocal(t: number): string {
  const at = new Date(t)
  const two = (n: number) => String(n).padStart(2, '0')
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`
}

export type Local =
  | { kind: 'time'; t: number }
  /** Not a date and a time. */
  | { kind: 'none' }
  /** Clocks were put forward over it. */
  | { kind: 'skipped' }

/** The moment that the viewer's clock shows so; the first of two where clocks are put back. */
export function fromLocal(text: string): Local {
  const parts = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?$/.exec(text)
  if (parts === null) return { kind: 'none' }
  const [year, month, day, hour, minute] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const t = new Date(year, month - 1, day, hour, minute).getTime()
  if (Number.isNaN(t)) return { kind: 'none' }
  return toLocal(t) === text.slice(0, 16) ? { kind: 'time', t } : { kind: 'skipped' }
}

/** The local midnight `days` after the one at or before `t`. */
export function localMidnight(t: number, days = 0): number {
  const at = new Date(t)
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime()
}

/** Local time minus UTC at a moment, ms. */
export const localOffsetMs = (t: number): number => -new Date(t).getTimezoneOffset() * 60_000

/** The one formatter of the screen: figures, shares, bytes and rates. Money, times and KPIs build on it. */

/** What stands for "no value". Never 0, NaN or ∞. */
export const NONE = '–'
const MINUS = '−'

const LOCALE = 'en-US'
const SCALES = [
  { from: 1e15, text: 'P' },
  { from: 1e12, text: 'T' },
  { from: 1e9, text: 'B' },
  { from: 1e6, text: 'M' },
  { from: 1e3, text: 'k' },
] as const
/** Up to here figures are shown in full. */
const FULL_TO = 9_999

export const absent = (value: number | null | undefined): value is null | undefined =>
  value === null || value === undefined || !Number.isFinite(value)

/** A figure that can be whole only: 0, 1,204, 9,999, 12.3k, 4.56M. */
export function count(value: number | null | undefined): string {
  if (absent(value)) return NONE
  return signed(value, (size) => compact(size, () => 0))
}

/** A figure with a fraction: 0.042, 1.52, 152.3, 1,204, 12.3k. The smaller, the more decimals. */
export function decimal(value: number | null | undefined): string {
  if (absent(value)) return NONE
  return signed(value, (size) => compact(size, decimalsOf))
}

/** The whole figure with separators, for hovers and copying; at most `decimals` (0..20) decimals. */
export function exact(value: number | null | undefined, decimals = 6): string {
  if (absent(value)) return NONE
  return signed(value, (size) => size.toLocaleString(LOCALE, { maximumFractionDigits: decimals }))
}

/** A part 0..1 as percent: 0 %, 2.41 %, 91.2 %, 100 %. */
export function percent(part: number | null | undefined): string {
  if (absent(part)) return NONE
  const value = part * 100
  return `${signed(value, percentText)} %`
}

function percentText(size: number): string {
  if (size === 0 || size === 100) return String(size)
  if (size < 0.005) return '<0.01'
  if (size >= 1_000) return compact(size, () => 0)
  // 99.96 must not read as 100, which would say "all of it".
  if (size > 99.9 && size < 100) return Math.min(size, 99.99).toFixed(2)
  return size < 9.995 ? size.toFixed(2) : size.toFixed(1)
}

/** A difference of two percentages in points, without its sign: 0.2 pt. `points` is in percent, 0..100. */
export function points(size: number | null | undefined): string {
  if (absent(size)) return NONE
  return `${size < 0.095 ? size.toFixed(2) : size.toFixed(1)} pt`
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Bytes in steps of 1,024, as Kinesis counts its limits (1 MB = 1,048,576 B): 512 B, 12.3 kB, 1.00 MB. */
export function bytes(value: number | null | undefined): string {
  if (absent(value)) return NONE
  let size = Math.abs(value)
  let step = 0
  while (size >= 999.5 && step < BYTE_UNITS.length - 1) {
    size /= 1_024
    step += 1
  }
  const digits = step === 0 ? String(Math.round(size)) : threeDigits(size)
  return `${value < 0 ? MINUS : ''}${digits} ${BYTE_UNITS[step]}`
}

/** 12.3 kB/s */
export const byteRate = (perSecond: number | null | undefined): string =>
  absent(perSecond) ? NONE : `${bytes(perSecond)}/s`

/** Records or events a second: 152.3/s */
export const rate = (perSecond: number | null | undefined): string =>
  absent(perSecond) ? NONE : `${decimal(perSecond)}/s`

/** "1 shard", "4 shards", "12.3k shards". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

function compact(size: number, decimals: (size: number) => number): string {
  if (size > 0 && size < 0.0005 && decimals(size) > 0) return '<0.001'
  const places = decimals(size)
  const rounded = Number(size.toFixed(places))
  if (rounded <= FULL_TO) {
    const digits = rounded === 0 ? 0 : decimals(rounded)
    return rounded.toLocaleString(LOCALE, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
  }
  return scaled(rounded)
}

/** Three significant digits with k, M, B, T or P. `size` is at least 1,000. */
export function scaled(size: number): string {
  for (const [index, scale] of SCALES.entries()) {
    if (size < scale.from) continue
    const text = threeDigits(size / scale.from)
    const above = SCALES[index - 1]
    // 999,960 rounds to 1000 k: that is 1.00 M.
    return text === '1000' && above !== undefined ? `1.00${above.text}` : `${text}${scale.text}`
  }
  return threeDigits(size)
}

function threeDigits(size: number): string {
  if (size < 9.995) return size.toFixed(2)
  return size < 99.95 ? size.toFixed(1) : size.toFixed(0)
}

function decimalsOf(size: number): number {
  if (size < 0.1) return 3
  if (size < 10) return 2
  return size < 1_000 ? 1 : 0
}

function signed(value: number, text: (size: number) => string): string {
  const shown = text(Math.abs(value))
  return value < 0 && /[1-9]/.test(shown) ? `${MINUS}${shown}` : shown
}

/** With a full stop, where another sentence follows what ends without one: problems are told as they came. */
export const asSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

import type { Mark } from './detector.ts'
import type { Explanation } from './explain.ts'

/** "Error rate 4× usual: 92 % from placement top-300x250". `label`: the KPI's; `dimension` as it is read out. */
export function markText(
  label: string,
  { factor }: Pick<Mark, 'factor'>,
  explanation?: Explanation,
): string {
  const what = `${label} ${changeText(factor)}`
  if (explanation === undefined) return what
  const { dimension, key, share } = explanation
  return `${what}: ${wholePercent(share)} from ${dimension} ${key}`
}

/** From here on "3× usual" is easier to read than "200 % above usual". */
const IN_TIMES = 1.95
const WHOLE_TIMES = 10

function changeText(factor: number): string {
  if (factor === 0) return 'stopped'
  if (factor === Number.POSITIVE_INFINITY) return 'where there is none usually'
  if (factor < 1) return `${wholePercent(1 - factor)} below usual`
  if (factor < IN_TIMES) return `${wholePercent(factor - 1)} above usual`
  const times = factor < WHOLE_TIMES ? Number(factor.toFixed(1)) : Math.round(factor)
  return `${times}× usual`
}

const wholePercent = (share: number): string => `${Math.round(share * 100)} %`

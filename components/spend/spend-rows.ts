import { amountIn } from '../../lib/format-money.ts'
import type { SpendCell, SpendRow } from '../../lib/frames.ts'
import { barPart } from '../ui/bar-part.ts'

export type SpendDimension = 'account' | 'campaign'

export const rowsOf = (spend: SpendCell, dimension: SpendDimension): SpendRow[] =>
  dimension === 'account' ? spend.byAccount : spend.byCampaign

/** In the page's currency; null where the row spent in others only: those cannot be put beside it. */
const comparable = ({ now }: SpendRow, currency: string): number | null =>
  now.currency === undefined || now.currency === currency || now.money?.[currency] !== undefined
    ? amountIn(now, currency)
    : null

/** How long the row's bar is, as a part 0..1 of that of the row that spends most; a credit has none. */
export function barOf(
  spend: SpendCell,
  dimension: SpendDimension,
): (row: SpendRow) => number | null {
  const part = (row: SpendRow) => comparable(row, spend.currency)
  const top = Math.max(0, ...rowsOf(spend, dimension).map((row) => part(row) ?? 0))
  return (row) => {
    const own = part(row)
    return own === null || top === 0 ? null : barPart(own, top)
  }
}

/** The row's part 0..1 of everything that was spent in the page's currency; who got more back than it spent has none. */
export function shareOf(
  spend: SpendCell,
  dimension: SpendDimension,
): (row: SpendRow) => number | null {
  const total = totalOf(spend, dimension)
  return (row) => {
    const own = comparable(row, spend.currency)
    return own === null || own < 0 || total === 0 ? null : own / total
  }
}

/** Of all rows and those that were folded together, whether the page is filtered or not; without those below 0. */
function totalOf(spend: SpendCell, dimension: SpendDimension): number {
  const other = dimension === 'account' ? spend.otherAccounts : spend.otherCampaigns
  const values = [...rowsOf(spend, dimension).map((row) => row.now), ...(other ? [other] : [])]
  return values.reduce((sum, value) => sum + Math.max(0, amountIn(value, spend.currency) ?? 0), 0)
}

import { amountIn } from '../../lib/format-money.ts'
import type { SpendCell, SpendRow } from '../../lib/frames.ts'

export type SpendDimension = 'account' | 'campaign'

export const rowsOf = (spend: SpendCell, dimension: SpendDimension): SpendRow[] =>
  dimension === 'account' ? spend.byAccount : spend.byCampaign

/** The amount of the row that spends most, for bars. */
export const topOf = (spend: SpendCell, dimension: SpendDimension): number =>
  Math.max(0, ...rowsOf(spend, dimension).map((row) => row.now.value ?? 0))

/** Of all rows and those that were folded together, whether the page is filtered or not. */
export function totalOf(spend: SpendCell, dimension: SpendDimension): number {
  const other = dimension === 'account' ? spend.otherAccounts : spend.otherCampaigns
  const values = [...rowsOf(spend, dimension).map((row) => row.now), ...(other ? [other] : [])]
  return values.reduce((sum, value) => sum + (amountIn(value, spend.currency) ?? 0), 0)
}

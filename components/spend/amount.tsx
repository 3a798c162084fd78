import { exactMoneyOf, money } from '../../lib/format-money.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { Figure } from '../ui/figure.tsx'

/** An amount of money; hovered or copied it is exact, in every currency it has. */
export function Amount({
  value,
  currency,
  size = 13,
}: {
  value: KpiValue
  /** Where the value itself names none: nothing was spent. */
  currency: string
  size?: 13 | 28
}) {
  const text = money(value.value, value.currency ?? currency)
  return <Figure size={size} text={text} exact={exactMoneyOf(value)} />
}

import { exactMoneyOf, money, otherMoney } from '../../lib/format-money.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'

/** An amount of money; with what it has in other currencies; hovered or copied it is exact. */
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
  return (
    <>
      <Figure size={size} text={text} exact={exactMoneyOf(value)} />
      <Others of={otherMoney(value)} below brief={size === 13} />
    </>
  )
}

import { count, exact } from '../../lib/format.ts'
import { REJECT_LABELS, REJECT_REASONS, type RejectReason } from '../../lib/rejection.ts'
import styles from './reason-chips.module.css'

/** How many of each reason, all-time; a click shows only those. */
export function ReasonChips({
  counts,
  chosen,
  onChoose,
}: {
  counts: Partial<Record<RejectReason, number>>
  chosen: RejectReason | null
  onChoose: (reason: RejectReason | null) => void
}) {
  const known = REJECT_REASONS.filter((reason) => (counts[reason] ?? 0) > 0 || reason === chosen)
  if (known.length === 0) return null
  const total = known.reduce((sum, reason) => sum + (counts[reason] ?? 0), 0)
  return (
    <fieldset className={styles.chips}>
      <legend className="visually-hidden">Show by reason</legend>
      <Chip label="All" amount={total} pressed={chosen === null} onPress={() => onChoose(null)} />
      {known.map((reason) => (
        <Chip
          key={reason}
          label={REJECT_LABELS[reason]}
          amount={counts[reason] ?? 0}
          pressed={chosen === reason}
          onPress={() => onChoose(chosen === reason ? null : reason)}
        />
      ))}
    </fieldset>
  )
}

function Chip({
  label,
  amount,
  pressed,
  onPress,
}: {
  label: string
  amount: number
  pressed: boolean
  onPress: () => void
}) {
  return (
    <button
      type="button"
      className={styles.chip}
      aria-pressed={pressed}
      title={`${exact(amount)} since the beginning`}
      onClick={onPress}
    >
      {label}
      <span className={styles.amount}>{count(amount)}</span>
    </button>
  )
}

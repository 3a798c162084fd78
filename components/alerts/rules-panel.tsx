import { Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { RuleStanding } from '../../lib/alert-rule.ts'
import { useCell } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { DeleteRuleDialog } from './delete-rule-dialog.tsx'
import { RuleDialog, type RuleTarget } from './rule-dialog.tsx'
import type { DraftStart } from './rule-draft.ts'
import { RuleRow } from './rule-row.tsx'
import styles from './rules-panel.module.css'

const ORDER: Record<RuleStanding['state']['kind'], number> = { firing: 0, ok: 1, no_value: 1 }

/** All thresholds with where they stand: to set, change and delete. Firing ones first, then as they were set. */
export function RulesPanel({
  rules,
  start,
  note,
}: {
  /** undefined: not there yet. */
  rules: readonly RuleStanding[] | undefined
  /** What a new one begins with. */
  start: DraftStart
  note?: ReactNode
}) {
  const [target, setTarget] = useState<RuleTarget | null>(null)
  const [deleting, setDeleting] = useState<RuleStanding | null>(null)
  const staleness = useStaleness()
  const mainCurrency = useCell('status')?.mainCurrency
  const fresh = { ...start, currency: start.currency ?? mainCurrency }
  const sorted = rules?.toSorted(
    (a, b) => ORDER[a.state.kind] - ORDER[b.state.kind] || a.rule.createdAt - b.rule.createdAt,
  )
  const add = (
    <Button size="small" icon={<Plus />} onClick={() => setTarget({ kind: 'new', start: fresh })}>
      New threshold
    </Button>
  )
  return (
    <Panel
      title="Thresholds"
      note={staleness.note ?? note}
      state={staleness.stale ? 'stale' : 'ok'}
      flush
      aside={add}
    >
      {sorted === undefined ? (
        <SkeletonRows count={3} rowHeight={52} />
      ) : sorted.length === 0 ? (
        <Empty
          compact
          title="No threshold is set"
          reason="Say at which value you want to know: “when spend of account acme over 1 h is above 50 USD”."
          action={
            <Button kind="primary" onClick={() => setTarget({ kind: 'new', start: fresh })}>
              Set the first threshold
            </Button>
          }
        />
      ) : (
        <ul className={styles.list}>
          {sorted.map((standing) => (
            <RuleRow
              key={standing.rule.id}
              standing={standing}
              onEdit={() => setTarget({ kind: 'edit', rule: standing.rule })}
              onDelete={() => setDeleting(standing)}
            />
          ))}
        </ul>
      )}
      <RuleDialog target={target} onClose={() => setTarget(null)} />
      <DeleteRuleDialog standing={deleting} onClose={() => setDeleting(null)} />
    </Panel>
  )
}

import { Pencil, Trash2 } from 'lucide-react'
import { type RuleStanding, ruleSentence, ruleThreshold } from '../../lib/alert-rule.ts'
import { duration } from '../../lib/format-time.ts'
import { useCatalog } from '../live/catalog.ts'
import { useServerNow } from '../live/store.ts'
import { Badge } from '../ui/badge.tsx'
import { Meter } from '../ui/bar.tsx'
import { Button } from '../ui/button.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import { GoneNote } from './gone-note.tsx'
import { RuleSentence } from './rule-sentence.tsx'
import { limitText, measured } from './rule-words.ts'
import styles from './rules-panel.module.css'

/** A threshold: where it stands, and what can be done with it. */
export function RuleRow({
  standing,
  onEdit,
  onDelete,
}: {
  standing: RuleStanding
  onEdit: () => void
  onDelete: () => void
}) {
  const { rule } = standing
  const sentence = ruleSentence(useCatalog(), rule)
  return (
    <li className={styles.row}>
      <span className={styles.state}>
        <StandingBadge standing={standing} />
      </span>
      <span className={styles.rule}>
        <span className={styles.sentence}>
          <RuleSentence rule={rule} />
        </span>
        <GoneNote kpi={rule.kpi} />
        {rule.sample && (
          <span className={styles.sample} title="Kinesight set it for the demo traffic">
            sample
          </span>
        )}
      </span>
      <Reading standing={standing} />
      <span className={styles.actions}>
        <Button
          kind="quiet"
          size="small"
          square
          icon={<Pencil />}
          aria-label={`Change: ${sentence}`}
          title="Change"
          onClick={onEdit}
        />
        <Button
          kind="quiet"
          size="small"
          square
          icon={<Trash2 />}
          aria-label={`Delete: ${sentence}`}
          title="Delete"
          onClick={onDelete}
        />
      </span>
    </li>
  )
}

function StandingBadge({ standing: { state } }: { standing: RuleStanding }) {
  const now = useServerNow()
  switch (state.kind) {
    case 'firing':
      return (
        <Badge tone="bad">
          Firing<span className={styles.since}>{duration(now - state.since)}</span>
        </Badge>
      )
    case 'ok':
      return <Badge tone="good">Fine</Badge>
    case 'no_value':
      return <Badge tone="neutral">No data</Badge>
  }
}

function Reading({ standing: { rule, value } }: { standing: RuleStanding }) {
  const kpi = useCatalog().kpi(rule.kpi)
  const now = measured(kpi, value)
  const limit = limitText(kpi, rule)
  const threshold = kpi === undefined ? 0 : ruleThreshold(kpi, rule)
  return (
    <span className={styles.reading}>
      <span className={styles.figures}>
        <Figure size={13} text={now.text} exact={now.exact} />
        <Others of={now.others} className={styles.others} />
        <span className={styles.limit}>{limit}</span>
      </span>
      {rule.when === 'above' && threshold > 0 && value.value !== null && (
        <Meter value={value.value} limit={threshold} label={`${now.text}, fires ${limit}`} />
      )}
    </span>
  )
}

import Link from 'next/link'
import type { FiringAlert, RuleInput, RuleStanding } from '../../lib/alert-rule.ts'
import { counted } from '../../lib/format.ts'
import { duration, exactTime, moment } from '../../lib/format-time.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { filterList } from '../../lib/view.ts'
import { filtersPatch } from '../kpi/overview-params.ts'
import { useCatalog } from '../live/catalog.ts'
import { useServerNow } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Badge } from '../ui/badge.tsx'
import { Empty } from '../ui/empty.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import styles from './firing-panel.module.css'
import { GoneNote } from './gone-note.tsx'
import { RuleSentence } from './rule-sentence.tsx'
import { limitText, measured } from './rule-words.ts'

/** What is beyond its threshold now, the longest first. */
export function FiringPanel({
  firing,
  rules,
}: {
  /** undefined: not there yet. */
  firing: readonly FiringAlert[] | undefined
  rules: readonly RuleStanding[] | undefined
}) {
  const { stale, note } = useStaleness()
  return (
    <Panel title="Firing now" note={note} state={stale ? 'stale' : 'ok'} flush>
      {firing === undefined || rules === undefined ? (
        <SkeletonRows count={1} rowHeight={72} />
      ) : firing.length === 0 ? (
        <Quiet rules={rules} />
      ) : (
        <ul className={styles.list}>
          {firing.map((alert) => (
            <FiringRow key={alert.rule.id} alert={alert} peak={peakOf(alert, rules)} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Quiet({ rules }: { rules: readonly RuleStanding[] }) {
  const blind = rules.filter(({ state }) => state.kind === 'no_value').length
  if (rules.length === 0) {
    return (
      <Empty
        compact
        title="Nothing can fire"
        reason="No threshold is set. Set one below, and what goes beyond it shows here and on every page."
      />
    )
  }
  return (
    <Empty
      compact
      title="Nothing fires"
      reason={`${counted(rules.length, 'threshold')} watched${
        blind === 0 ? '' : `, ${blind} of them without a value to compare`
      }.`}
    />
  )
}

function FiringRow({ alert, peak }: { alert: FiringAlert; peak: KpiValue | undefined }) {
  const now = useServerNow()
  const catalog = useCatalog()
  const { rule, value, since } = alert
  const kpi = catalog.kpi(rule.kpi)
  const figure = measured(kpi, value)
  const highest = peak === undefined ? undefined : measured(kpi, peak)
  return (
    <li className={styles.row}>
      <span className={styles.badge}>
        <Badge tone="bad">Firing</Badge>
      </span>
      <span className={styles.rule}>
        <RuleSentence rule={rule} /> <GoneNote kpi={rule.kpi} />
      </span>
      <span className={styles.value}>
        <Figure size={28} text={figure.text} exact={figure.exact} />
        <Others of={figure.others} below />
      </span>
      <span className={styles.facts}>
        {limitText(kpi, rule)}
        {highest !== undefined && (
          <>
            {' · '}
            {rule.when === 'above' ? 'highest' : 'lowest'} {highest.text}
          </>
        )}
      </span>
      <span className={styles.time}>
        for <strong>{duration(now - since)}</strong>,{' '}
        <span title={exactTime(since)}>since {moment(since, now)}</span>
      </span>
      {kpi !== undefined && (
        <Link className={styles.link} href={chartOf(rule)}>
          Show the chart
        </Link>
      )}
    </li>
  )
}

const peakOf = (alert: FiringAlert, rules: readonly RuleStanding[]): KpiValue | undefined => {
  const state = rules.find(({ rule }) => rule.id === alert.rule.id)?.state
  return state?.kind === 'firing' ? state.peak : undefined
}

/** The page that draws what the rule watches. */
function chartOf({ kpi, filter, window }: RuleInput): string {
  const query = new URLSearchParams({ window })
  const filters = filterList(filter)
  for (const [name, value] of Object.entries(filtersPatch(filters))) {
    if (value !== null) query.set(name, value)
  }
  // The spend page takes one filter.
  if (kpi === 'spend' && filters.length < 2) return `/spend?${query}`
  query.set('kpi', kpi)
  return `/?${query}`
}

import { isMoney, ruleSentence, ruleThreshold } from '../../lib/alert-rule.ts'
import { count } from '../../lib/format.ts'
import { thresholdText } from '../../lib/format-kpi.ts'
import { duration } from '../../lib/format-time.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { useCatalog } from '../live/catalog.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { filterQuery } from './filter-query.ts'
import { coveredMs, drawnSpanMs, previewPoints, timesBeyond } from './preview-series.ts'
import { checkDraft, filtersIn, type RuleDraft } from './rule-draft.ts'
import styles from './rule-preview.module.css'
import { limitText } from './rule-words.ts'
import { type Preview, usePreview } from './use-preview.ts'

const HEIGHT = 168

/** What the rule would have seen until now, with its threshold as it is being typed. */
export function RulePreview({ draft }: { draft: RuleDraft }) {
  const { window } = draft
  const kpi = useCatalog().kpi(draft.kpi)
  const filters = filtersIn(draft)
  const missing = filters.find(({ key }) => key === '')
  const filter = filterQuery(filters)
  const preview = usePreview(missing || kpi === undefined ? null : { kpi, window, filter })
  return (
    <figure className={styles.preview}>
      {kpi === undefined ? (
        <p className={styles.place}>
          There is no KPI {draft.kpi} any more. Choose another, and what it did so far is drawn
          here.
        </p>
      ) : missing ? (
        <p className={styles.place}>
          Enter which {missing.dimension}, and what it did so far is drawn here.
        </p>
      ) : (
        <Drawn kpi={kpi} preview={preview} draft={draft} />
      )}
    </figure>
  )
}

function Drawn({ kpi, preview, draft }: { kpi: Kpi; preview: Preview; draft: RuleDraft }) {
  const catalog = useCatalog()
  if (preview.kind === 'loading') return <Skeleton height={HEIGHT} />
  if (preview.kind === 'problem') {
    return <p className={styles.place}>The past cannot be drawn: {preview.detail}</p>
  }
  const { plan, answers } = preview
  const latest = answers.at(-1)
  const checked = checkDraft(catalog, draft)
  const currency = isMoney(kpi) ? draft.currency.trim().toUpperCase() : undefined
  const points = previewPoints(answers, plan, currency, {
    onlyWhole: draft.when === 'below' && growsWithTime(kpi),
  })
  const to = latest?.to ?? 0
  const threshold = checked.ok ? ruleThreshold(kpi, checked.input) : undefined
  const measured = points.some(([, value]) => value !== null)
  const span = drawnSpanMs(points, plan, to)
  return (
    <>
      <TimeChart
        label={kpi.label}
        series={[{ id: 'value', label: kpi.label, points, column: 1, kind: 'area' }]}
        from={to - span}
        to={to}
        stepMs={plan.stepMs}
        openFrom={plan.steps === 1 ? latest?.asOf : undefined}
        unitFormat={(value) => tickText(kpi, value, currency)}
        thresholds={
          threshold === undefined || !checked.ok
            ? []
            : [{ value: threshold, label: limitText(kpi, checked.input), tone: 'bad' }]
        }
        height={HEIGHT}
      />
      <figcaption className={styles.words}>
        {measured ? (
          <>
            Each point covers {duration(coveredMs(plan))}
            {coveredMs(plan) === WINDOWS[draft.window].spanMs
              ? ''
              : ', the nearest that can be drawn'}
            .{' '}
            {checked.ok && threshold !== undefined && (
              <strong>{firedText(timesBeyond(points, threshold, draft.when))}</strong>
            )}
          </>
        ) : (
          <>Nothing of this was measured in the last {duration(span)}.</>
        )}
        {checked.ok && (
          <span className="visually-hidden">{ruleSentence(catalog, checked.input)}</span>
        )}
      </figcaption>
    </>
  )
}

function firedText(times: number): string {
  if (times === 0) return 'It would not have fired in this time.'
  return `It would have fired ${times === 1 ? 'once' : `${times} times`} in this time.`
}

/** An axis has no room for "page views". */
function tickText(kpi: Kpi, value: number, currency: string | undefined): string {
  const { kind } = kpi.formula
  return kind === 'count' || kind === 'distinct'
    ? count(value)
    : thresholdText(kpi, value, currency).replace(' per 1,000', '')
}

/** What is less of a window that is not covered whole: see `ValueQuery`. */
const growsWithTime = ({ formula: { kind } }: Kpi): boolean =>
  kind === 'count' || kind === 'money' || kind === 'distinct'

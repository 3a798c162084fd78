import { useState } from 'react'
import type { AlertEvent } from '../../lib/alert-rule.ts'
import { duration, exactTime, moment } from '../../lib/format-time.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { useCatalog } from '../live/catalog.ts'
import { getJson } from '../live/http.ts'
import { useServerNow } from '../live/store.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { GoneNote } from './gone-note.tsx'
import styles from './history-panel.module.css'
import { mergeHistory } from './merge-history.ts'
import { RuleSentence } from './rule-sentence.tsx'
import { measured } from './rule-words.ts'

const PAGE = 50

/** Every time a threshold fired, newest first. The newest come by themselves, older ones when asked for. */
export function HistoryPanel({ history }: { history: readonly AlertEvent[] | undefined }) {
  const phone = usePhone()
  const catalog = useCatalog()
  const now = useServerNow()
  const staleness = useStaleness()
  const [older, setOlder] = useState<readonly AlertEvent[]>([])
  const [ended, setEnded] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const events = mergeHistory(history ?? [], older)
  const last = events.at(-1)

  const loadOlder = async () => {
    if (last === undefined) return
    setBusy(true)
    const answer = await getJson<{ events: AlertEvent[]; next: number | null }>(
      `/api/v1/alerts/events?limit=${PAGE}&before=${last.id}`,
    )
    setBusy(false)
    if (!answer.ok) return setProblem(answer.problem.detail)
    setProblem(null)
    setOlder([...older, ...answer.value.events])
    setEnded(answer.value.next === null)
  }

  return (
    <Panel
      title="History"
      note={staleness.note ?? 'newest first'}
      state={staleness.stale ? 'stale' : 'ok'}
      flush
    >
      {history === undefined ? (
        <SkeletonRows count={3} />
      ) : events.length === 0 ? (
        <Empty
          compact
          title="Nothing has fired yet"
          reason="Each time a value goes beyond its threshold, it is written down here."
        />
      ) : phone ? (
        <HistoryList events={events} now={now} catalog={catalog} />
      ) : (
        <Table
          label="History of alerts"
          columns={columns(now, catalog)}
          rows={events}
          rowKey={(event) => String(event.id)}
        />
      )}
      {events.length >= PAGE && !ended && (
        <div className={styles.more}>
          <Button disabled={busy} onClick={() => void loadOlder()}>
            Show older
          </Button>
        </div>
      )}
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </Panel>
  )
}

const columns = (now: number, catalog: Catalog): readonly Column<AlertEvent>[] => [
  {
    id: 'fired',
    header: 'Fired',
    width: '132px',
    cell: (event) => <span title={exactTime(event.firedAt)}>{moment(event.firedAt, now)}</span>,
  },
  {
    id: 'rule',
    header: 'Threshold',
    cell: (event) => <Rule event={event} />,
  },
  {
    id: 'crossed',
    header: 'Crossed at',
    numeric: true,
    cell: (event) => figure(catalog, event, 'value'),
  },
  {
    id: 'peak',
    header: 'Furthest',
    numeric: true,
    cell: (event) => figure(catalog, event, 'peak'),
  },
  { id: 'lasted', header: 'Lasted', numeric: true, cell: (event) => lasted(event, now) },
  {
    id: 'cleared',
    header: 'Cleared',
    width: '132px',
    cell: (event) =>
      event.clearedAt === null ? (
        '–'
      ) : (
        <span title={exactTime(event.clearedAt)}>{moment(event.clearedAt, now)}</span>
      ),
  },
  { id: 'why', header: 'Why', width: '200px', cell: (event) => <Ending event={event} /> },
]

function HistoryList({
  events,
  now,
  catalog,
}: {
  events: readonly AlertEvent[]
  now: number
  catalog: Catalog
}) {
  return (
    <ul className={styles.list}>
      {events.map((event) => (
        <li key={event.id} className={styles.item}>
          <Rule event={event} />
          <span className={styles.itemEnd}>
            <Ending event={event} />
          </span>
          <span className={styles.itemFacts}>
            {moment(event.firedAt, now)}, for {lasted(event, now)} ·{' '}
            {event.rule.when === 'above' ? 'up' : 'down'} to {figure(catalog, event, 'peak', 12)}
          </span>
        </li>
      ))}
    </ul>
  )
}

const Rule = ({ event: { rule } }: { event: AlertEvent }) => (
  <span className={styles.rule}>
    <RuleSentence rule={rule} /> <GoneNote kpi={rule.kpi} />
  </span>
)

const figure = (
  catalog: Catalog,
  event: AlertEvent,
  which: 'value' | 'peak',
  size: 12 | 13 = 13,
) => {
  const { text, exact, others } = measured(catalog.kpi(event.rule.kpi), event[which])
  return (
    <>
      <Figure size={size} text={text} exact={exact} />
      {size === 13 && <Others of={others} below brief />}
    </>
  )
}

const lasted = (event: AlertEvent, now: number): string =>
  duration((event.clearedAt ?? now) - event.firedAt)

function Ending({ event }: { event: AlertEvent }) {
  switch (event.cleared) {
    case null:
      return <Badge tone="bad">Still firing</Badge>
    case 'value':
      return <Badge tone="good">{event.rule.when === 'above' ? 'Fell back' : 'Rose again'}</Badge>
    case 'no_data':
      return (
        <Badge tone="neutral">
          <span title="There is no value any more: nobody knows whether it came back">No data</span>
        </Badge>
      )
    case 'rule_changed':
      return <Badge tone="neutral">Threshold changed</Badge>
    case 'rule_deleted':
      return <Badge tone="neutral">Threshold deleted</Badge>
    case 'stream_anew':
      return <Badge tone="neutral">Stream created again</Badge>
  }
}

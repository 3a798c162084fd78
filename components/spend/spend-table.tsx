import { useState } from 'react'
import { count } from '../../lib/format.ts'
import { besideText, money, otherMoney } from '../../lib/format-money.ts'
import type { SpendCell, SpendRow } from '../../lib/frames.ts'
import { spanWords } from '../../lib/period.ts'
import { textInWords } from '../../lib/shown-text.ts'
import type { Filter } from '../../lib/view.ts'
import { useCompare } from '../frame/url-state.ts'
import { useHeldOrder } from '../kpi/held-order.ts'
import { rateTime } from '../kpi/rate-time.ts'
import { useKpi } from '../live/catalog.ts'
import { useCell } from '../live/store.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { TakeAlong } from '../take-along/take-along.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Table } from '../ui/table.tsx'
import styles from './spend.module.css'
import { spendColumns } from './spend-columns.tsx'
import { SpendList } from './spend-list.tsx'
import { rowsOf, type SpendDimension } from './spend-rows.ts'

const FIRST = 10

interface SpendTableProps {
  title: string
  dimension: SpendDimension
  spend: SpendCell | undefined
  filter: Filter | undefined
  onPick: (key: string) => void
}

/** Who spends, the most first. A click on a row shows only that one, a second click everything. */
export function SpendTable(props: SpendTableProps) {
  const { title, dimension, spend } = props
  const [all, setAll] = useState(false)
  const { stale, note } = useStaleness()
  const rows = spend === undefined ? [] : rowsOf(spend, dimension)
  return (
    <Panel
      title={title}
      note={
        note ?? (spend === undefined ? undefined : `over ${spanWords(spend.range ?? spend.period)}`)
      }
      state={stale ? 'stale' : 'ok'}
      flush
      aside={
        spend !== undefined &&
        rows.length > 0 && (
          <TakeAlong
            shown={{
              kind: 'list',
              dimension,
              rankedBy: 'spend',
              period: spend.range ?? spend.period,
              limit: all ? Math.max(rows.length, FIRST) : FIRST,
            }}
            label={`Take this list along: ${title}`}
          />
        )
      }
    >
      {spend === undefined ? (
        <SkeletonRows count={5} />
      ) : rows.length === 0 ? (
        <Empty
          compact
          title={`No ${dimension} spent anything`}
          reason={
            <>
              Events name theirs in the field <code>{dimension}</code>, with a <code>cost</code>.
            </>
          }
        />
      ) : (
        <Rows {...props} spend={spend} all={all} setAll={setAll} />
      )}
    </Panel>
  )
}

interface RowsProps extends SpendTableProps {
  spend: SpendCell
  /** Not the first ones only. */
  all: boolean
  setAll: (all: boolean) => void
}

function Rows({ dimension, spend, filter, onPick, all, setAll }: RowsProps) {
  const [held, setHeld] = useState(false)
  const kpi = useKpi('spend')
  const phone = usePhone()
  const over = rateTime(spend, useCell('asOf'))
  const [compare] = useCompare()
  const rows = useHeldOrder(rowsOf(spend, dimension), held)
  const shown = all ? rows : rows.slice(0, FIRST)
  const other = dimension === 'account' ? spend.otherAccounts : spend.otherCampaigns
  const selected = (row: SpendRow) => filter?.dimension === dimension && filter.key === row.key
  return (
    <div onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
      {phone ? (
        <SpendList {...{ dimension, spend, selected, onPick }} rows={shown} />
      ) : (
        <Table
          label={`Spend by ${dimension}`}
          columns={spendColumns(kpi, spend, dimension, { compare, over })}
          rows={shown}
          rowKey={(row) => row.key}
          onRow={(row) => onPick(row.key)}
          rowTitle={(row) => `Show only ${textInWords(row.key)}`}
          selected={selected}
        />
      )}
      {rows.length > FIRST && (
        <div className={styles.more}>
          <Button size="small" kind="quiet" onClick={() => setAll(!all)}>
            {all ? `Show the first ${FIRST}` : `Show all ${count(rows.length)}`}
          </Button>
        </div>
      )}
      {other !== undefined && (
        <p className={styles.other}>
          {besideText(
            [money(other.value, other.currency ?? spend.currency), ...otherMoney(other)],
            3,
          )}{' '}
          of others, counted together
        </p>
      )}
    </div>
  )
}

'use client'

import { Plus } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import type { DefinedKpi } from '../../lib/api.ts'
import type { View } from '../../lib/view.ts'
import { DEFAULT_WINDOW, WINDOWS } from '../../lib/windows.ts'
import { useWatch } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { composeHref } from './addresses.ts'
import { DeleteKpiDialog } from './delete-kpi-dialog.tsx'
import { KpiRow } from './kpi-row.tsx'
import styles from './kpis-page.module.css'
import { useDefinedKpis } from './use-defined-kpis.ts'

/** For the figures beside the KPIs. */
const VIEW: View = { kind: 'overview', window: DEFAULT_WINDOW, kpi: 'page_views' }

const ORIGINS = [
  { origin: 'composed', title: 'Composed' },
  { origin: 'file', title: 'From the file' },
  { origin: 'built_in', title: 'Built in' },
] as const

/** All KPIs that there are, with their formulas: to compose, copy, change and delete. */
export function KpisPage() {
  useWatch(VIEW)
  const [found, again] = useDefinedKpis()
  const [deleting, setDeleting] = useState<DefinedKpi | null>(null)
  const saved = useSearchParams().get('saved')
  if (found.kind === 'loading') return <SkeletonRows count={8} rowHeight={56} />
  if (found.kind === 'problem') {
    return (
      <Empty
        title="The KPIs cannot be shown"
        reason={found.problem.detail}
        action={<Button onClick={again}>Try again</Button>}
      />
    )
  }
  return (
    <>
      {ORIGINS.map(({ origin, title }) => {
        const kpis = found.kpis.filter((kpi) => kpi.origin === origin)
        if (kpis.length === 0 && origin === 'file') return null
        return (
          <Panel
            key={origin}
            title={title}
            note={kpis.length === 0 ? undefined : `over the last ${WINDOWS[DEFAULT_WINDOW].label}`}
            flush
            aside={origin === 'composed' && <Compose />}
          >
            {kpis.length === 0 ? (
              <Empty
                compact
                title="No KPI of your own yet"
                reason="Say what to measure and see its figure move while you do: “the number of page_view where device is mobile”."
              />
            ) : (
              <ul className={styles.list}>
                {kpis.map((kpi) => (
                  <KpiRow
                    key={`${kpi.origin} ${kpi.id}`}
                    kpi={kpi}
                    isNew={kpi.id === saved}
                    onDelete={() => setDeleting(kpi)}
                  />
                ))}
              </ul>
            )}
          </Panel>
        )
      })}
      <DeleteKpiDialog
        kpi={deleting}
        onClose={() => setDeleting(null)}
        onDeleted={() => {
          setDeleting(null)
          again()
        }}
      />
    </>
  )
}

function Compose() {
  return (
    <Link href={composeHref()} className={styles.compose}>
      <Plus aria-hidden="true" />
      Compose a KPI
    </Link>
  )
}

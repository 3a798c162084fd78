'use client'

import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import type { DefinedKpi } from '../../lib/api.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { ComposeForm, type ComposeTarget } from './compose-form.tsx'
import { useDefinedKpis } from './use-defined-kpis.ts'

/** A KPI is composed here; the address says which one is changed, or which one it begins like. */
export function ComposePage() {
  const params = useSearchParams()
  const [found, again] = useDefinedKpis()
  if (found.kind === 'loading') return <SkeletonRows count={6} rowHeight={48} />
  if (found.kind === 'problem') {
    return (
      <Empty
        title="The KPIs cannot be read"
        reason={found.problem.detail}
        action={<Button onClick={again}>Try again</Button>}
      />
    )
  }
  const target = targetOf(params, found.kpis)
  if (target === undefined) {
    return (
      <Empty
        title="There is no such KPI"
        reason="It may have been deleted, or it is not one that was composed."
        action={<Link href="/kpis">All KPIs</Link>}
      />
    )
  }
  return <ComposeForm key={target.key} target={target} kpis={found.kpis} />
}

function targetOf(
  params: Pick<URLSearchParams, 'get'>,
  kpis: readonly DefinedKpi[],
): ComposeTarget | undefined {
  const [id, like] = [params.get('id'), params.get('like')]
  if (id !== null) {
    const kpi = kpis.find((one) => one.id === id && one.origin === 'composed')
    return kpi && { kind: 'change', key: `change ${id}`, kpi }
  }
  if (like === null) return { kind: 'new', key: 'new', like: undefined }
  const kpi = kpis.find((one) => one.id === like)
  return kpi && { kind: 'new', key: `like ${like}`, like: kpi }
}

import { formulaName } from '../../../lib/kpi-formula-parts.ts'
import type { Kpi } from '../../../lib/kpis.ts'
import { type ChangePorts, createKeptMemory } from './kept-memory.ts'

const NAME = 'kpis'

/** By id: what a KPI was called, and what was measured for it. */
type Memory = Record<string, { label: string; formula: string }>

/** Tells which KPIs the stream had before and has no more, or has by another formula; and keeps those of now. */
export async function rememberKpis(ports: ChangePorts, kpis: readonly Kpi[]): Promise<void> {
  const memory = createKeptMemory<Memory>(ports, NAME, isMemory)
  const before = (await memory.read()) ?? {}
  const now = memoryOf(kpis)
  for (const [id, { label, formula }] of Object.entries(before)) {
    const kept = now[id]
    if (kept === undefined) {
      const text = `${label} is no longer measured: it is not in the catalog. If it comes back, it begins anew.`
      ports.onChange({ kind: 'kpi_gone', text })
    } else if (kept.formula !== formula) {
      const text = `${kept.label} is computed by another formula: also what was before is by this one, as far as it was measured.`
      ports.onChange({ kind: 'kpi_changed', text })
    }
  }
  await memory.write(now)
}

/** They are measured as before: what is told of them later calls them as they are called now. */
export const renameKpis = (ports: ChangePorts, kpis: readonly Kpi[]): Promise<void> =>
  createKeptMemory<Memory>(ports, NAME, isMemory).write(memoryOf(kpis))

const memoryOf = (kpis: readonly Kpi[]): Memory =>
  Object.fromEntries(kpis.map((kpi) => [kpi.id, { label: kpi.label, formula: formulaOf(kpi) }]))

/** Equal formulas have equal texts. */
const formulaOf = ({ formula }: Kpi): string =>
  formulaName(formula) + (formula.kind === 'money_per' ? ` × ${formula.times}` : '')

const isMemory = (value: unknown): value is Memory =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(
    (kpi) => typeof kpi?.label === 'string' && typeof kpi.formula === 'string',
  )

import type { Kpi } from '../../lib/kpis.ts'

/** Whether two lists are measured alike: what a KPI is called, and how it is shown, is no part of it. */
export const sameFigures = (some: readonly Kpi[], others: readonly Kpi[]): boolean =>
  figuresOf(some) === figuresOf(others)

const figuresOf = (kpis: readonly Kpi[]): string =>
  JSON.stringify(kpis.map(({ id, formula }) => [id, formula]))

/** In place: whoever holds one of `kpis` has its new words. What is in one list alone stays as it is. */
export function giveWords(kpis: readonly Kpi[], from: readonly Kpi[]): void {
  const byId = new Map(from.map((kpi) => [kpi.id, kpi]))
  for (const kpi of kpis) {
    const found = byId.get(kpi.id)
    if (found === undefined || !sameFigures([kpi], [found])) continue
    const { label, unit, better, help } = found
    Object.assign(kpi, { label, unit, better, help })
  }
}

/** Whether one of them is shown in another unit: what is drawn of it is computed otherwise. */
export const changesUnits = (before: readonly Kpi[], after: readonly Kpi[]): boolean => {
  const units = new Map(before.map(({ id, unit }) => [id, unit]))
  return after.some(({ id, unit }) => units.has(id) && units.get(id) !== unit)
}

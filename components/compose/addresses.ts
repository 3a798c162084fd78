import type { KpiId } from '../../lib/kpis.ts'

const COMPOSE = '/kpis/compose'

/** Where a KPI is composed; `like`: beginning with a copy of that one. */
export const composeHref = (like?: KpiId): string =>
  like === undefined ? COMPOSE : `${COMPOSE}?like=${encodeURIComponent(like)}`

export const changeHref = (id: KpiId): string => `${COMPOSE}?id=${encodeURIComponent(id)}`

export const savedHref = (id: KpiId): string => `/kpis?saved=${encodeURIComponent(id)}`

/** The KPI in the chart of the overview. */
export const showHref = (id: KpiId): string => `/?kpi=${encodeURIComponent(id)}`

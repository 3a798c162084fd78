import { createHash } from 'node:crypto'
import type { Catalog } from '../../lib/kpi-catalog.ts'

const LENGTH = 12

/** A fingerprint: equal for equal catalogs, from one start to the next. */
export const catalogVersion = ({ kpis, crossed }: Catalog): string =>
  createHash('sha256')
    .update(JSON.stringify([kpis, crossed]))
    .digest('hex')
    .slice(0, LENGTH)

import type { Filter } from '../../lib/view.ts'

/** `account:acme`, as the API writes a filter. */
export const filterText = (filter: Filter): string => `${filter.dimension}:${filter.key}`

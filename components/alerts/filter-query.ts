import type { Filter } from '../../lib/view.ts'

/** `filter=account%3Aacme&filter=device%3Amobile`, as the API takes filters; none: ''. */
export const filterQuery = (filters: readonly Filter[]): string =>
  new URLSearchParams(
    filters.map(({ dimension, key }) => ['filter', `${dimension}:${key}`]),
  ).toString()

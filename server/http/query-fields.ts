import { z } from 'zod'
import { crossedProblem } from '../../lib/crossed.ts'
import { type Catalog, unknownKpi } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS, type Dimension } from '../../lib/kpis.ts'
import { type Filter, type Filters, filterList, filterSchema, filtersOf } from '../../lib/view.ts'
import type { FieldError } from './problem.ts'

const FILTER_TEXT = `"filter": write it as dimension:key, such as account:acme; dimensions are ${DIMENSIONS.join(', ')}`

/** `account:acme`, once or twice: only events whose account is acme. Comes as a list. */
export const filterParameter = z
  .array(z.string())
  .describe(
    'Only events whose dimension has this key, as dimension:key, such as account:acme; given twice, both must hold, and the catalog must say that the two dimensions are crossed',
  )
  .transform((texts, context): Filters => {
    const filters: Filter[] = []
    for (const text of texts) {
      const colon = text.indexOf(':')
      const filter = filterSchema.safeParse({
        dimension: text.slice(0, Math.max(colon, 0)),
        key: text.slice(colon + 1),
      })
      if (filter.success) filters.push(filter.data)
      else context.addIssue({ code: 'custom', message: FILTER_TEXT })
    }
    const [first, ...others] = filters
    if (others.length > 1) {
      const message = '"filter" is given more than twice: leave one out'
      context.addIssue({ code: 'custom', message })
    }
    return first === undefined ? z.NEVER : filtersOf([first, ...others])
  })

/** What is wrong with a filter, or with "by" beside it: only crossed dimensions combine. */
export function crossedErrors(
  catalog: Catalog,
  { filter, by }: { filter: Filters | undefined; by: Dimension | undefined },
): FieldError[] {
  const dimensions = filterList(filter).map(({ dimension }) => dimension)
  const combined = crossedProblem(catalog, dimensions)
  if (combined !== undefined) return [{ field: 'filter', message: `"filter": ${combined}` }]
  if (by === undefined || dimensions.length === 0) return []
  const problem = crossedProblem(catalog, [by, ...dimensions])
  return problem === undefined
    ? []
    : [{ field: 'by', message: `"by" under a "filter": ${problem}` }]
}

/** The id of a KPI that the catalog has. */
export const kpiParameter = (name: string, catalog: Catalog) =>
  z
    .string()
    .describe('An id of GET /api/v1/catalog, such as page_views')
    .refine((id) => catalog.kpi(id) !== undefined, {
      error: ({ input }) => `"${name}": ${unknownKpi(catalog, String(input))}`,
    })

/** A whole number in a query. */
export const wholeNumber = (name: string, range: { min: number; max: number }) =>
  z
    .string()
    .describe(`A whole number from ${range.min} to ${range.max}`)
    .transform((text, context) => {
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= range.min && value <= range.max) return value
      const message = `"${name}" must be a whole number from ${range.min} to ${range.max}`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })

/** What is wrong with parameters that only say something of "by", where that is absent. */
export const needsBy = (parameters: Record<string, unknown>): FieldError[] =>
  Object.keys(parameters)
    .filter((name) => parameters[name] !== undefined)
    .map((field) => ({ field, message: `"${field}" needs "by": add by=page, or leave it out` }))

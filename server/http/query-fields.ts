import { z } from 'zod'
import { type Catalog, unknownKpi } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS } from '../../lib/kpis.ts'
import { type Filter, filterSchema } from '../../lib/view.ts'
import type { FieldError } from './problem.ts'

/** `account:acme`: only events whose account is acme. */
export const filterParameter = z
  .string()
  .describe('Only events whose dimension has this key, as dimension:key, such as account:acme')
  .transform((text, context): Filter => {
    const colon = text.indexOf(':')
    const filter = filterSchema.safeParse({
      dimension: text.slice(0, Math.max(colon, 0)),
      key: text.slice(colon + 1),
    })
    if (filter.success) return filter.data
    context.addIssue({
      code: 'custom',
      message: `"filter": write it as dimension:key, such as account:acme; dimensions are ${DIMENSIONS.join(', ')}`,
    })
    return z.NEVER
  })

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

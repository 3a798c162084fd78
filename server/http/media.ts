import { z } from 'zod'

const JSON_TYPES = ['application/json', 'application/*', '*/*']
const CSV_TYPES = ['text/csv', 'text/*', '*/*']

/** Stands above what the request's header accepts. */
export const formatParameter = z
  .enum(['json', 'csv'])
  .optional()
  .describe('What is answered; if absent, what the header "accept" prefers, else JSON')

/** Of CSV. */
export const bomParameter = z
  .enum(['true', 'false'])
  .optional()
  .describe('CSV: true: it begins with a byte order mark, by which Excel knows UTF-8')

/** Whether CSV is wanted rather than JSON: it has to be named (RFC 9110, 12.5.1). */
export function prefersCsv(format: unknown, accept = ''): boolean {
  if (format !== undefined) return format === 'csv'
  const weights = new Map(accept.split(',').map(weightOf))
  const weight = (types: string[]) =>
    weights.get(types.find((type) => weights.has(type)) ?? '') ?? 0
  const [json, csv] = [weight(JSON_TYPES), weight(CSV_TYPES)]
  if (!weights.has('text/csv') || csv === 0) return false
  return csv > json || (csv === json && !weights.has('application/json'))
}

/** `text/csv;q=0.5` → its type and how much it is wanted, 0 to 1. */
function weightOf(range: string): [string, number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))
  const weight = q === undefined ? 1 : Number(q.slice(2))
  return [type, weight >= 0 && weight <= 1 ? weight : 0]
}

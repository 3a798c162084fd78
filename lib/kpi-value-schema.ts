import { z } from 'zod'
import type { KpiValue } from './kpi-value.ts'

/** Apart from the type: pages need no schema. */
export const kpiValueSchema: z.ZodType<KpiValue> = z.strictObject({
  value: z.number().nullable(),
  money: z
    .record(z.string(), z.string().describe('An exact decimal, such as "12.345678"'))
    .exactOptional(),
  currency: z.string().exactOptional(),
})

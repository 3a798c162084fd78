import { z } from 'zod'
import type { CatalogAnswer } from '../../lib/api.ts'
import { DIMENSION_LABELS, DIMENSIONS } from '../../lib/kpis.ts'
import { catalogVersion } from '../catalog/catalog-version.ts'
import type { ApiContext } from './api-context.ts'
import { kpiFields } from './kpi-definitions.ts'
import { answer, route } from './route.ts'

const catalogAnswer: z.ZodType<CatalogAnswer> = z.strictObject({
  version: z.string().describe('Another one, and there are other KPIs'),
  kpis: z.array(z.strictObject(kpiFields)),
  dimensions: z.array(
    z.strictObject({ id: z.enum(DIMENSIONS), one: z.string(), many: z.string() }),
  ),
  crossed: z
    .array(z.tuple([z.enum(DIMENSIONS), z.enum(DIMENSIONS)]))
    .describe('Pairs of dimensions that can be combined'),
})

export const catalogRoute = ({ kpis: { catalog } }: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/catalog',
    summary: 'Every KPI and dimension that there is, built in or added',
    answer: { status: 200, description: 'The catalog', schema: catalogAnswer },
    handle: () =>
      Promise.resolve(
        answer({
          version: catalogVersion(catalog),
          kpis: [...catalog.kpis],
          crossed: catalog.crossed.map(([one, other]) => [one, other] as const),
          dimensions: DIMENSIONS.map((id) => ({ id, ...DIMENSION_LABELS[id] })),
        }),
      ),
  })

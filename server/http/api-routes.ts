import { alertEventsRoute } from './alert-events.ts'
import { alertRuleRoutes } from './alert-rules.ts'
import type { ApiContext } from './api-context.ts'
import { catalogRoute } from './catalog.ts'
import { damageRoute } from './damage.ts'
import { deadLettersRoute } from './dead-letters.ts'
import { demoRoutes } from './demo.ts'
import { healthRoutes } from './health.ts'
import { kpiDefinitionRoutes } from './kpi-definitions.ts'
import { kpisRoute } from './kpis.ts'
import { marksRoute } from './marks.ts'
import { metricsRoute } from './metrics.ts'
import { withOpenApi } from './openapi.ts'
import type { Route } from './route.ts'
import { seriesRoute } from './series.ts'
import { shardRoute, shardsRoute } from './shards.ts'
import { streamRoute } from './stream.ts'
import { totalsRoute } from './totals.ts'

export const apiRoutes = (context: ApiContext): Route[] =>
  withOpenApi([
    streamRoute(context),
    catalogRoute(context),
    ...kpiDefinitionRoutes(context),
    kpisRoute(context),
    seriesRoute(context),
    marksRoute(context),
    totalsRoute(context),
    shardsRoute(context),
    shardRoute(context),
    ...alertRuleRoutes(context),
    alertEventsRoute(context),
    deadLettersRoute(context),
    damageRoute(context),
    ...demoRoutes(context),
    ...healthRoutes(context),
    metricsRoute(context),
  ])

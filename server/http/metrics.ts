import type { ApiContext } from './api-context.ts'
import { answer, route } from './route.ts'

export const metricsRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics of the whole process for Prometheus',
    answer: {
      status: 200,
      description: 'Prometheus text',
      text: 'text/plain; version=0.0.4; charset=utf-8',
    },
    handle: async () => answer(await context.metrics()),
  })

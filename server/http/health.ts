import { sql } from 'kysely'
import { z } from 'zod'
import type { Health } from '../../lib/frames.ts'
import { messageOf } from '../platform/errors.ts'
import { type ApiContext, fromPipeline } from './api-context.ts'
import { type FieldError, problem } from './problem.ts'
import { answer, type Route, refuse, route } from './route.ts'

export const healthRoutes = (context: ApiContext): Route[] => [
  route({
    method: 'GET',
    path: '/healthz',
    summary: 'The process is alive',
    answer: {
      status: 200,
      description: 'It is',
      schema: z.strictObject({ status: z.literal('ok') }),
    },
    handle: async () => answer({ status: 'ok' as const }),
  }),
  route({
    method: 'GET',
    path: '/readyz',
    summary: 'The store is open and the stream is being read; 503 with the reasons otherwise',
    answer: {
      status: 200,
      description: 'Ready',
      schema: z.strictObject({ status: z.literal('ready') }),
    },
    async handle() {
      const reasons = [...(await storeTrouble(context)), ...(await pipelineTrouble(context))]
      if (reasons.length === 0) return answer({ status: 'ready' as const })
      return refuse(problem(503, reasons.map((reason) => reason.message).join('. '), reasons))
    },
  }),
]

async function storeTrouble(context: ApiContext): Promise<FieldError[]> {
  try {
    await sql`select 1`.execute(context.db())
    return []
  } catch (error) {
    return [{ field: 'store', message: messageOf(error) }]
  }
}

async function pipelineTrouble(context: ApiContext): Promise<FieldError[]> {
  try {
    // Between two deaths it may well answer.
    const health = context.pipeline().health()
    if (health.kind === 'trouble') return reasonsIn('stream', health)
    const embedded = context.embeddedHealth()
    if (embedded.kind === 'trouble') return reasonsIn('stream', embedded)
    const { status } = (await fromPipeline(context.pipeline().live(), 2_000)).cells
    const reasons = [...reasonsIn('stream', status.source), ...reasonsIn('store', status.store)]
    if (reasons.length === 0) context.streamId()
    return reasons
  } catch (error) {
    return [{ field: 'stream', message: messageOf(error) }]
  }
}

function reasonsIn(field: string, health: Health): FieldError[] {
  switch (health.kind) {
    case 'ok':
      return []
    case 'starting':
      return [{ field, message: `The ${field} is starting` }]
    case 'trouble': {
      const { problem, remedy } = health
      const words =
        remedy === '' ? problem : `${problem}${problem.endsWith('.') ? '' : ':'} ${remedy}`
      return [{ field, message: words }]
    }
  }
}

import { sql } from 'kysely'
import { z } from 'zod'
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
      const reasons = [await storeTrouble(context), await pipelineTrouble(context)].filter(
        (reason) => reason !== undefined,
      )
      if (reasons.length === 0) return answer({ status: 'ready' as const })
      return refuse(problem(503, reasons.map((reason) => reason.message).join('. '), reasons))
    },
  }),
]

async function storeTrouble(context: ApiContext): Promise<FieldError | undefined> {
  try {
    await sql`select 1`.execute(context.db())
    return undefined
  } catch (error) {
    return { field: 'store', message: messageOf(error) }
  }
}

const withRemedy = ({ problem, remedy }: { problem: string; remedy: string }): string =>
  `${problem}${problem.endsWith('.') ? '' : ':'} ${remedy}`

async function pipelineTrouble(context: ApiContext): Promise<FieldError | undefined> {
  try {
    const { status } = (await fromPipeline(context.pipeline().live(), 2_000)).cells
    const part = status.source.kind === 'ok' ? status.store : status.source
    const field = status.source.kind === 'ok' ? 'store' : 'stream'
    switch (part.kind) {
      case 'ok':
        context.streamId()
        return undefined
      case 'starting':
        return { field, message: `The ${field} is starting` }
      case 'trouble':
        return { field, message: withRemedy(part) }
    }
  } catch (error) {
    return { field: 'stream', message: messageOf(error) }
  }
}

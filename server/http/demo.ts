import { z } from 'zod'
import type { ApiContext } from './api-context.ts'
import { problem } from './problem.ts'
import { answer, type Route, refuse, route } from './route.ts'
import { demoState } from './wire.ts'

const answerSchema = z.strictObject({ state: demoState })

export const demoRoutes = (context: ApiContext): Route[] => [
  route({
    method: 'GET',
    path: '/api/v1/demo',
    summary: 'Whether demo traffic is put on the embedded stream',
    answer: { status: 200, description: 'on, off, or none', schema: answerSchema },
    handle: async () => answer({ state: context.demo.state() }),
  }),
  route({
    method: 'PUT',
    path: '/api/v1/demo',
    summary: 'Turns the demo traffic on or off',
    body: z.strictObject({ state: z.enum(['on', 'off']) }),
    answer: { status: 200, description: 'The state now', schema: answerSchema },
    problems: [404],
    async handle({ body: { state } }) {
      if (context.demo.state() === 'none') {
        const detail =
          'There is no demo traffic on this stream: it belongs to the embedded stream only, which is used when KINESIS_STREAM is unset'
        return refuse(problem(404, detail))
      }
      await context.demo.set(state)
      return answer({ state: context.demo.state() })
    },
  }),
]

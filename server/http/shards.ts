import { z } from 'zod'
import type { ShardAnswer, ShardsAnswer } from '../../lib/api.ts'
import type { ShardCell, ViewState } from '../../lib/frames.ts'
import { type ApiContext, fromPipeline } from './api-context.ts'
import { problem, UnavailableError } from './problem.ts'
import { answer, refuse, route } from './route.ts'
import { shardCell, shardDetail } from './shard-wire.ts'
import { epochMs } from './wire.ts'

const shardsAnswer: z.ZodType<ShardsAnswer> = z.strictObject({
  asOf: epochMs,
  shards: z.array(shardCell),
})

export const shardsRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/shards',
    summary: 'Every shard as it stands now: throughput, lag, checkpoint, reader, reads, fates',
    answer: { status: 200, description: 'The shards', schema: shardsAnswer },
    async handle() {
      const live = await fromPipeline(context.pipeline().live())
      return answer({ asOf: context.clock.now(), shards: shardCells(live) })
    },
  })

const shardAnswer: z.ZodType<ShardAnswer> = z.strictObject({
  asOf: epochMs,
  shard: shardCell,
  detail: shardDetail,
})

export const shardRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/shards/{shardId}',
    summary: 'One shard as it stands now, with its children, its top keys and what happened to it',
    params: { shardId: "The shard's id, such as shardId-000000000000" },
    answer: { status: 200, description: 'The shard', schema: shardAnswer },
    problems: [404],
    async handle({ params: { shardId = '' } }) {
      const { cells } = await fromPipeline(context.pipeline().shard(shardId))
      const { [`shard.${shardId}` as const]: shard, detail } = cells
      if (shard !== undefined && detail !== undefined) {
        return answer({ asOf: context.clock.now(), shard, detail })
      }
      // Before the shards were listed nobody can say that one is missing.
      if (cells.status.source.kind === 'starting') {
        throw new UnavailableError('The shards are not known yet, try again')
      }
      const detailText = `There is no shard "${shardId}": /api/v1/shards lists those there are`
      return refuse(problem(404, detailText))
    },
  })

function shardCells({ cells }: ViewState): ShardCell[] {
  const names = Object.keys(cells).filter((name): name is `shard.${string}` =>
    name.startsWith('shard.'),
  )
  return names.sort().flatMap((name) => cells[name] ?? [])
}

import { z } from 'zod'
import type { ShardCell, ViewState } from '../../lib/frames.ts'
import { type ApiContext, fromPipeline } from './api-context.ts'
import { answer, route } from './route.ts'
import { epochMs, shardCell } from './wire.ts'

export const shardsRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/shards',
    summary: 'Every shard as it stands now: throughput, lag, checkpoint, reader, fates',
    answer: {
      status: 200,
      description: 'The shards',
      schema: z.strictObject({ asOf: epochMs, shards: z.array(shardCell) }),
    },
    async handle() {
      const live = await fromPipeline(context.pipeline().live())
      return answer({ asOf: context.clock.now(), shards: shardCells(live) })
    },
  })

function shardCells({ cells }: ViewState): ShardCell[] {
  const names = Object.keys(cells).filter((name): name is `shard.${string}` =>
    name.startsWith('shard.'),
  )
  return names.sort().flatMap((name) => cells[name] ?? [])
}

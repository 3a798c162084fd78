import { z } from 'zod'
import type { StreamAnswer } from '../../lib/api.ts'
import { COUNTING_CHANGES } from '../../lib/counting-change.ts'
import type { Health } from '../../lib/frames.ts'
import { startAtText } from '../../lib/start-at.ts'
import { silenceOf } from '../silence.ts'
import { readChanges } from '../store/counting-changes.ts'
import { readElsewhere } from '../store/elsewhere.ts'
import { type ApiContext, liveOrNothing } from './api-context.ts'
import { damageCell } from './damage.ts'
import { incarnation } from './incarnation-wire.ts'
import { UnavailableError } from './problem.ts'
import { answer, route } from './route.ts'
import { appCell, auditFinding, keptTimes, readingCell } from './shard-wire.ts'
import { count, demoState, epochMs, health } from './wire.ts'

const MOST_ANSWERED = 50

const streamAnswer: z.ZodType<StreamAnswer> = z.strictObject({
  name: z.string(),
  region: z.string(),
  endpoint: z.string().nullable(),
  embedded: z.boolean(),
  dataDir: z.string().describe('The data folder of this Kinesight, as a whole path'),
  startAt: z.string().describe('START_AT as it is now: trim_horizon, latest, or an RFC 3339 time'),
  begin: z
    .strictObject({
      asked: z.string().describe('START_AT as it was when that was settled'),
      from: epochMs
        .nullable()
        .describe(
          'Arrival time of the oldest records that are read; null: the oldest that the stream still holds, and so it is with a stream that was created again',
        ),
      firstStartAt: epochMs
        .nullable()
        .describe(
          "When Kinesight was first started for it, on this machine's clock; null: not kept",
        ),
      settled: z
        .boolean()
        .describe("false: the stream was not reached yet, and the time is by this machine's clock"),
    })
    .nullable()
    .describe('Where reading begins, settled at the first start; null: not known yet'),
  incarnation: incarnation
    .nullable()
    .describe('Which of the streams that had this name; null: none was reached yet'),
  changes: z
    .array(z.strictObject({ at: epochMs, kind: z.enum(COUNTING_CHANGES), text: z.string() }))
    .describe(`What changed what is counted, newest first, at most ${MOST_ANSWERED}`),
  clockAheadMs: z
    .number()
    .nullable()
    .describe("By how much this machine's clock is ahead of the stream's; null: not known"),
  others: z
    .array(
      z.strictObject({
        name: z.string(),
        place: z.string().describe('Its endpoint or region'),
        applied: count.describe('Events in its totals'),
        lastArrivalAt: epochMs.nullable(),
      }),
    )
    .describe('Streams of other names or places that the data folder has figures of'),
  shards: z.strictObject({ open: count, known: count }),
  demo: demoState,
  source: health,
  store: health,
  reading: readingCell.nullable().describe('null: the pipeline does not answer'),
  findings: z
    .array(auditFinding)
    .nullable()
    .describe('Empty: the shards cover all hash keys and each is accounted for'),
  apps: z.array(appCell).nullable(),
  kept: keptTimes.nullable(),
  mainCurrency: z
    .string()
    .nullable()
    .describe(
      'Which figures of money are given in: MAIN_CURRENCY, else that of most events; null: the pipeline does not answer',
    ),
  damage: damageCell.nullable().describe('Rows of the store that were set aside'),
})

export const streamRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/stream',
    summary: 'The stream being read, where it is, and how reading it goes',
    answer: { status: 200, description: 'The stream', schema: streamAnswer },
    async handle() {
      const { startAt, dataDir, ...facts } = context.stream()
      const live = await liveOrNothing(context)
      const shards = await knownShards(context)
      const open = shards.filter((shard) => shard.closed === 0).length
      return answer<StreamAnswer>({
        // The region may come from the credential chain, which only the pipeline knows.
        ...(live?.cells.status.stream ?? facts),
        dataDir,
        startAt: startAtText(startAt),
        begin: live?.cells.status.begin ?? null,
        incarnation: live?.cells.status.incarnation ?? null,
        ...(await kept(context)),
        clockAheadMs: live?.cells.status.clockAheadMs ?? null,
        shards: { open, known: shards.length },
        demo: context.demo.state(),
        source: live?.cells.status.source ?? sourceWithoutLive(context),
        store: live?.cells.status.store ?? { kind: 'ok' },
        reading: live?.cells.status.reading ?? null,
        findings: live?.cells.status.findings ?? null,
        apps: live?.cells.status.apps ?? null,
        kept: live?.cells.status.kept ?? null,
        mainCurrency: live?.cells.status.mainCurrency ?? null,
        damage: live?.cells.status.damage ?? null,
      })
    },
  })

/** Nothing before the stream was reached for the first time. */
async function kept(context: ApiContext): Promise<Pick<StreamAnswer, 'changes' | 'others'>> {
  const streamId = orUndefined(context.streamId)
  const db = context.db()
  if (streamId === undefined) return { changes: [], others: [] }
  const place = await db
    .selectFrom('stream')
    .select(['name', 'place'])
    .where('id', '=', streamId)
    .executeTakeFirstOrThrow()
  return {
    changes: await readChanges(db, streamId, MOST_ANSWERED),
    others: await readElsewhere(db, place),
  }
}

/** None before the stream was reached for the first time. */
async function knownShards(context: ApiContext): Promise<{ closed: number }[]> {
  const streamId = orUndefined(context.streamId)
  if (streamId === undefined) return []
  const shards = context.db().selectFrom('shard').select('closed')
  return shards.where('stream_id', '=', streamId).execute()
}

function sourceWithoutLive({ pipeline, clock }: ApiContext): Health {
  const there = orUndefined(pipeline)
  if (there === undefined) return { kind: 'starting' }
  return silenceOf(there, clock.now())
}

/** undefined for a part that is not up yet. */
function orUndefined<Part>(part: () => Part): Part | undefined {
  try {
    return part()
  } catch (error) {
    if (error instanceof UnavailableError) return undefined
    throw error
  }
}

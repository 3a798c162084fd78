import type { Kysely } from 'kysely'
import {
  type AlertEvent,
  type AlertRule,
  type RuleInput,
  ruleFields,
} from '../../lib/alert-rule.ts'
import { kpiValueSchema } from '../../lib/kpi-value-schema.ts'
import { createDamage, type Damage } from '../damage/damage.ts'
import { expectTimes, jsonOf, readable } from '../damage/readable.ts'
import type { Clock } from '../platform/clock.ts'
import type { Schema } from '../store/schema.ts'

/** More rules than anyone watches; each costs a reading a second. */
export const MAX_RULES = 200

export interface RuleStore {
  list(): Promise<AlertRule[]>
  get(id: string): Promise<AlertRule | undefined>
  /** Returns undefined when there are `MAX_RULES` already. */
  create(input: RuleInput, options?: { sample: boolean }): Promise<AlertRule | undefined>
  /** Replaces the rule's fields; undefined: there is no such rule. */
  update(id: string, input: RuleInput): Promise<AlertRule | undefined>
  /** Whether there was such a rule. */
  remove(id: string): Promise<boolean>
  /** Newest first; `before` is an event's id. */
  events(page: { limit: number; before?: number | undefined }): Promise<AlertEvent[]>
  /** All that still fire, newest first. */
  openEvents(): Promise<AlertEvent[]>
}

/** `streamId` is asked at each call: a stream that was deleted and made anew has another one. */
export function createRuleStore(
  db: Kysely<Schema>,
  ports: { streamId: () => number; clock: Clock; newId: () => string; damage?: Damage },
): RuleStore {
  const { damage = createDamage(db, ports) } = ports
  const readRules = (rows: readonly RuleRow[]) =>
    readable(rows, toRule, {
      damage,
      table: 'alert_rule',
      streamId: ports.streamId(),
      key: ({ id }) => ({ id }),
    })
  const readEvents = (rows: readonly EventRow[]) =>
    readable(rows, toEvent, {
      damage,
      table: 'alert_event',
      streamId: ports.streamId(),
      key: ({ id }) => ({ id }),
    })
  const eventsBack = () =>
    db
      .selectFrom('alert_event')
      .selectAll()
      .where('stream_id', '=', ports.streamId())
      .orderBy('id', 'desc')
  const rules = () =>
    db.selectFrom('alert_rule').selectAll().where('stream_id', '=', ports.streamId())

  return {
    async list() {
      const rows = await rules().orderBy('created_ms').orderBy('id').execute()
      return readRules(rows)
    },
    async get(id) {
      const [rule] = await readRules(await rules().where('id', '=', id).execute())
      return rule
    },
    create(input, options) {
      const streamId = ports.streamId()
      const at = ports.clock.now()
      const row = {
        id: ports.newId(),
        stream_id: streamId,
        body: JSON.stringify(input),
        sample: options?.sample === true ? 1 : 0,
        created_ms: at,
        updated_ms: at,
      }
      return db
        .transaction()
        .execute(async (tx) => {
          // Written first: a transaction that has read cannot wait for the pipeline's commit any more.
          await tx.insertInto('alert_rule').values(row).execute()
          const { n } = await tx
            .selectFrom('alert_rule')
            .select((expression) => expression.fn.countAll<number>().as('n'))
            .where('stream_id', '=', streamId)
            .executeTakeFirstOrThrow()
          if (n > MAX_RULES) throw new TooManyRules()
          return toRule(row)
        })
        .catch((error: unknown) => {
          if (error instanceof TooManyRules) return undefined
          throw error
        })
    },
    async update(id, input) {
      const row = await db
        .updateTable('alert_rule')
        .set({ body: JSON.stringify(input), updated_ms: ports.clock.now() })
        .where('stream_id', '=', ports.streamId())
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && toRule(row)
    },
    async remove(id) {
      const gone = await db
        .deleteFrom('alert_rule')
        .where('stream_id', '=', ports.streamId())
        .where('id', '=', id)
        .executeTakeFirst()
      return gone.numDeletedRows > 0n
    },
    async events({ limit, before }) {
      const page = eventsBack().limit(limit)
      return readEvents(
        await (before === undefined ? page : page.where('id', '<', before)).execute(),
      )
    },
    async openEvents() {
      return readEvents(await eventsBack().where('cleared_ms', 'is', null).execute())
    },
  }
}

/** Takes the transaction back. */
class TooManyRules extends Error {}

interface RuleRow {
  id: string
  body: string
  sample: number
  created_ms: number
  updated_ms: number
}

/** The fields were checked on their way in; they are again, for a store can be damaged. */
function toRule(row: RuleRow): AlertRule {
  expectTimes(row, 'created_ms', 'updated_ms')
  return {
    ...jsonOf('body', row.body, ruleFields),
    id: row.id,
    createdAt: row.created_ms,
    updatedAt: row.updated_ms,
    sample: row.sample === 1,
  }
}

interface EventRow {
  id: number
  rule_id: string
  rule: string
  fired_ms: number
  cleared_ms: number | null
  cleared: string | null
  value: string
  peak: string
}

function toEvent(row: EventRow): AlertEvent {
  expectTimes(row, 'fired_ms', 'cleared_ms')
  return {
    id: row.id,
    ruleId: row.rule_id,
    rule: jsonOf('rule', row.rule, ruleFields),
    firedAt: row.fired_ms,
    clearedAt: row.cleared_ms,
    cleared: row.cleared as AlertEvent['cleared'],
    value: jsonOf('value', row.value, kpiValueSchema),
    peak: jsonOf('peak', row.peak, kpiValueSchema),
  }
}

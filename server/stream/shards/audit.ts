import type { AuditFinding } from '../../../lib/frames.ts'
import { HOUR_MS } from '../../../lib/time.ts'
import type { ListedShard } from '../read/stream-source.ts'
import type { ShardMap } from './lineage.ts'

/** The whole range of hash keys is [0, 2^128 - 1]. */
const LAST_KEY = (1n << 128n) - 1n
/** A look in the middle of a split sees a hole that is none: a finding has to be there this often. */
const LOOKS = 2
/** A loss is shown for so long. */
const TRIMMED_SHOWN_MS = 24 * HOUR_MS
/** A stream in shambles still makes a short list. */
const MAX_FINDINGS = 50

type Found = AuditFinding extends infer F
  ? F extends AuditFinding
    ? Omit<F, 'since'>
    : never
  : never

/** Looks at every listing of the shards; keeps what it finds twice in a row, with since when. */
export interface LineageAudit {
  look(shards: ShardMap, listed: readonly ListedShard[], now: number): void
  findings(): AuditFinding[]
}

export function createLineageAudit(): LineageAudit {
  let seen = new Map<string, { found: Found; since: number; looks: number }>()
  return {
    look(shards, listed, now) {
      const found = audit(shards, listed, now).slice(0, MAX_FINDINGS)
      seen = new Map(
        found.map((each) => {
          const key = JSON.stringify(each)
          const before = seen.get(key)
          return [
            key,
            { found: each, since: before?.since ?? now, looks: (before?.looks ?? 0) + 1 },
          ]
        }),
      )
    },
    findings: () =>
      [...seen.values()].flatMap(({ found, since, looks }) =>
        looks >= LOOKS || found.kind === 'trimmed' ? [{ ...found, since } as AuditFinding] : [],
      ),
  }
}

/** I15: the open shards cover every hash key once, and every shard is accounted for. O(n log n). */
export function audit(shards: ShardMap, listed: readonly ListedShard[], now: number): Found[] {
  return [...coverage(listed), ...accounts(shards, listed), ...losses(shards, now)]
}

function coverage(listed: readonly ListedShard[]): Found[] {
  const open = listed
    .filter(({ closed }) => !closed)
    .map(({ shardId, hashFrom, hashTo }) => ({
      shardId,
      from: BigInt(hashFrom),
      to: BigInt(hashTo),
    }))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const found: Found[] = []
  let next = 0n
  let last: string | undefined
  for (const { shardId, from, to } of open) {
    const between = last === undefined ? [shardId] : [last, shardId]
    if (from > next) found.push(hole(next, from - 1n, between))
    if (from < next) found.push(overlap(from, next - 1n < to ? next - 1n : to, between))
    if (to >= next) {
      next = to + 1n
      last = shardId
    }
  }
  if (next <= LAST_KEY) found.push(hole(next, LAST_KEY, last === undefined ? [] : [last]))
  return found
}

const hole = (from: bigint, to: bigint, shards: string[]): Found => ({
  kind: 'hole',
  hashFrom: from.toString(),
  hashTo: to.toString(),
  shards,
  text: 'No open shard takes these hash keys: records with them cannot be put.',
})

const overlap = (from: bigint, to: bigint, shards: string[]): Found => ({
  kind: 'overlap',
  hashFrom: from.toString(),
  hashTo: to.toString(),
  shards,
  text: 'Two open shards take the same hash keys: order within a key is not sure.',
})

function accounts(shards: ShardMap, listed: readonly ListedShard[]): Found[] {
  const ids = new Set(listed.map(({ shardId }) => shardId))
  const unknown = listed.flatMap(({ shardId }): Found[] =>
    shards.has(shardId)
      ? []
      : [{ kind: 'unknown', shards: [shardId], text: 'It is listed and has no reader.' }],
  )
  const vanished = [...shards.values()].flatMap(({ shardId, finished }): Found[] =>
    finished || ids.has(shardId)
      ? []
      : [
          {
            kind: 'vanished',
            shards: [shardId],
            text: 'It was not read to its end and is no longer listed.',
          },
        ],
  )
  return [...unknown, ...vanished]
}

function losses(shards: ShardMap, now: number): Found[] {
  return [...shards.values()].flatMap(({ shardId, trimmedMs }): Found[] =>
    trimmedMs !== null && trimmedMs > now - TRIMMED_SHOWN_MS
      ? [
          {
            kind: 'trimmed',
            shards: [shardId],
            text: 'It ran out of retention before it was read to its end: its last records are not in the numbers.',
          },
        ]
      : [],
  )
}

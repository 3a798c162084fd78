import { REJECT_REASONS } from '../../lib/rejection.ts'
import type { LetterChoice } from './use-dead-letters.ts'

const readNumber = (text: string | null): number | null =>
  text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null

/** What the address says: `?reason=app_failed&shard=shardId-000000000000`. What it does not know is as if unsaid. */
export function readLetterParams(params: Pick<URLSearchParams, 'get'>): LetterChoice {
  const reason = REJECT_REASONS.find((each) => each === params.get('reason')) ?? null
  const shard = params.get('shard')
  return {
    reason,
    shard: shard === null || shard === '' || shard.length > 128 ? null : shard,
    incarnation: readNumber(params.get('incarnation')),
  }
}

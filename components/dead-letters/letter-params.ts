import { REJECT_REASONS } from '../../lib/rejection.ts'
import type { LetterChoice } from './use-dead-letters.ts'

/** What the address says: `?reason=app_failed&shard=shardId-000000000000`. What it does not know is as if unsaid. */
export function readLetterParams(params: Pick<URLSearchParams, 'get'>): LetterChoice {
  const reason = REJECT_REASONS.find((each) => each === params.get('reason')) ?? null
  const shard = params.get('shard')
  return { reason, shard: shard === null || shard === '' || shard.length > 128 ? null : shard }
}

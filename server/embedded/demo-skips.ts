import { messageOf } from '../platform/errors.ts'

/** Why demo traffic is skipped, as one says it who looks into the log. */
export type SkipReason = 'slow' | 'gone' | 'unanswered' | 'refused'

export const SKIP_WORDS: Record<SkipReason, string> = {
  slow: 'demo traffic: the stream is too slow for all of it, skipping',
  gone: 'demo traffic: the stream was deleted, skipping until there is one of its name',
  unanswered: 'demo traffic: the stream does not answer, skipping',
  refused: 'demo traffic: the stream does not take it, skipping',
}

const SLOW = /Throttl|ProvisionedThroughputExceeded|LimitExceeded/i
const UNANSWERED = /Timeout|timed out|ECONN|EPIPE|EAI_AGAIN|ENOTFOUND|socket hang up/i

/** `error`: what was thrown, or the code or words of the last failure. */
export function skipReason(error: unknown): SkipReason {
  const { name, code } = Object(error) as { name?: unknown; code?: unknown }
  const words = `${String(name)} ${String(code)} ${messageOf(error)}`
  if (/ResourceNotFound/.test(words)) return 'gone'
  if (SLOW.test(words)) return 'slow'
  return UNANSWERED.test(words) ? 'unanswered' : 'refused'
}

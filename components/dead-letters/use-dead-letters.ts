import { useCallback, useEffect, useRef, useState } from 'react'
import type { DeadLetter, DeadLettersAnswer } from '../../lib/api.ts'
import type { RejectReason } from '../../lib/rejection.ts'
import { getJson } from '../live/http.ts'
import { mergeLetters } from './merge-letters.ts'

const PAGE = 50

export interface DeadLetters {
  /** null: not there yet. */
  answer: Pick<DeadLettersAnswer, 'counts' | 'kept'> | null
  letters: readonly DeadLetter[]
  /** Whether there are older ones to ask for. */
  more: boolean
  busy: boolean
  problem: string | null
  loadOlder: () => void
  reload: () => void
}

/** Which letters; null: any. */
export interface LetterChoice {
  reason: RejectReason | null
  shard: string | null
  /** Of a stream that was deleted and created again, by its number; null: of the one that is read. */
  incarnation: number | null
}

interface Loaded extends LetterChoice {
  answer: Pick<DeadLettersAnswer, 'counts' | 'kept'>
  letters: readonly DeadLetter[]
  next: number | null
}

/**
 * Dead letters, newest first, of a reason and a shard or of all; asked for again whenever `written` rises.
 * What was loaded of older pages stays.
 */
export function useDeadLetters(
  { reason, shard, incarnation }: LetterChoice,
  written: number | undefined,
): DeadLetters {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [wish, setWish] = useState(0)
  const running = useRef<AbortController | null>(null)

  const load = useCallback(
    async (before: number | null) => {
      running.current?.abort()
      const gone = new AbortController()
      running.current = gone
      setBusy(true)
      const answer = await getJson<DeadLettersAnswer>(
        address({ reason, shard, incarnation }, before),
        gone.signal,
      ).catch(() => null)
      if (answer === null) return
      setBusy(false)
      if (!answer.ok) return setProblem(answer.problem.detail)
      setProblem(null)
      setLoaded((held) => taken(held, answer.value, { reason, shard, incarnation, before }))
    },
    [reason, shard, incarnation],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: both are reasons to ask again
  useEffect(() => {
    void load(null)
    return () => running.current?.abort()
  }, [load, written, wish])

  const shown = loaded !== null && same(loaded, { reason, shard, incarnation }) ? loaded : null
  return {
    answer: loaded?.answer ?? null,
    letters: shown?.letters ?? [],
    more: shown !== null && shown.next !== null,
    busy: busy || shown === null,
    problem,
    loadOlder: () => {
      if (shown?.next != null) void load(shown.next)
    },
    reload: () => setWish(wish + 1),
  }
}

const same = (a: LetterChoice, b: LetterChoice): boolean =>
  a.reason === b.reason && a.shard === b.shard && a.incarnation === b.incarnation

function taken(
  held: Loaded | null,
  { counts, kept, letters, next }: DeadLettersAnswer,
  asked: LetterChoice & { before: number | null },
): Loaded {
  const answer = { counts, kept }
  if (held === null || !same(held, asked)) {
    const { before: _, ...choice } = asked
    return { ...choice, answer, letters, next }
  }
  const merged = mergeLetters(held.letters, letters)
  if (asked.before !== null) return { ...held, answer, letters: merged.letters, next }
  // Between the newest page and what is held there may be letters nobody has asked for: start anew.
  return merged.joined
    ? { ...held, answer, letters: merged.letters }
    : { ...held, answer, letters, next }
}

function address({ reason, shard, incarnation }: LetterChoice, before: number | null): string {
  const query = new URLSearchParams({ limit: String(PAGE) })
  if (before !== null) query.set('before', String(before))
  if (reason !== null) query.set('reason', reason)
  if (shard !== null) query.set('shard', shard)
  if (incarnation !== null) query.set('incarnation', String(incarnation))
  return `/api/v1/dead-letters?${query}`
}

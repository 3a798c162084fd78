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

interface Loaded {
  reason: RejectReason | null
  answer: Pick<DeadLettersAnswer, 'counts' | 'kept'>
  letters: readonly DeadLetter[]
  next: number | null
}

/**
 * Dead letters, newest first, of one reason or all; asked for again whenever `rejected` rises.
 * What was loaded of older pages stays.
 */
export function useDeadLetters(
  reason: RejectReason | null,
  rejected: number | undefined,
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
      const answer = await getJson<DeadLettersAnswer>(address(reason, before), gone.signal).catch(
        () => null,
      )
      if (answer === null) return
      setBusy(false)
      if (!answer.ok) return setProblem(answer.problem.detail)
      setProblem(null)
      setLoaded((held) => taken(held, answer.value, { reason, before }))
    },
    [reason],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: both are reasons to ask again
  useEffect(() => {
    void load(null)
    return () => running.current?.abort()
  }, [load, rejected, wish])

  const shown = loaded !== null && loaded.reason === reason ? loaded : null
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

function taken(
  held: Loaded | null,
  { counts, kept, letters, next }: DeadLettersAnswer,
  asked: { reason: RejectReason | null; before: number | null },
): Loaded {
  const answer = { counts, kept }
  if (held === null || held.reason !== asked.reason) {
    return { reason: asked.reason, answer, letters, next }
  }
  const merged = mergeLetters(held.letters, letters)
  if (asked.before !== null) return { ...held, answer, letters: merged.letters, next }
  // Between the newest page and what is held there may be letters nobody has asked for: start anew.
  return merged.joined
    ? { ...held, answer, letters: merged.letters }
    : { ...held, answer, letters, next }
}

function address(reason: RejectReason | null, before: number | null): string {
  const query = new URLSearchParams({ limit: String(PAGE) })
  if (before !== null) query.set('before', String(before))
  if (reason !== null) query.set('reason', reason)
  return `/api/v1/dead-letters?${query}`
}

import type { Wire } from '../../../lib/frames.ts'
import { type KinesisPlace, whereOf } from './kinesis-place.ts'

/** So many answers on end that were whole and not understood: the endpoint speaks CBOR in another way. */
const MISSES = 3
/** So many broken ones on end, from an endpoint of which no CBOR was ever understood, are its way to speak, too. */
const BROKEN_FROM_THE_START = 10

/** Why an answer to CBOR was not understood, though it is whole. */
export type Miss =
  /** It refuses the content type, or answers in JSON. */
  | { kind: 'not_cbor' }
  /** It is whole CBOR, and not what Kinesis would say. `why`: where it differs. */
  | { kind: 'other_shape'; why: string }
  /** Cut off, or garbled: says nothing of what the endpoint speaks, unless it never spoke anything else. */
  | { kind: 'broken'; why: string }

/**
 * In which wire the endpoint is asked, of all shards and calls together. CBOR, until the endpoint turns out not to
 * speak it as Kinesis does; from then on JSON, for good. See ADR 34.
 */
export interface WireChoice {
  spoken(): Wire
  /** Why it is not CBOR; null: it is, or JSON was asked for. */
  notice(): string | null
  /** An answer to CBOR was understood. */
  understood(): void
  /** One more of this kind, and CBOR is given up. */
  isLast(kind: Miss['kind']): boolean
  /** An answer to CBOR was not understood, and JSON was, where it was tried. */
  missed(miss: Miss): void
}

export function createWireChoice(place: KinesisPlace): WireChoice {
  let spoken: Wire = place.wire ?? 'cbor'
  let notice: string | null = null
  let wasUnderstood = false
  /** On end. */
  const misses = { whole: 0, broken: 0 }

  function isLast(kind: Miss['kind']): boolean {
    switch (kind) {
      case 'not_cbor':
        return !wasUnderstood || misses.whole + 1 >= MISSES
      case 'other_shape':
        return misses.whole + 1 >= MISSES
      case 'broken':
        return !wasUnderstood && misses.broken + 1 >= BROKEN_FROM_THE_START
    }
  }

  return {
    spoken: () => spoken,
    notice: () => notice,
    isLast,
    understood() {
      wasUnderstood = true
      misses.whole = 0
      misses.broken = 0
    },
    missed(miss) {
      // Several shards may have found out at the same time.
      if (spoken === 'json') return
      if (isLast(miss.kind)) {
        spoken = 'json'
        notice = noticeOf(miss, place)
        place.onNotice?.(notice)
      } else misses[miss.kind === 'broken' ? 'broken' : 'whole']++
    },
  }
}

const noticeOf = (miss: Miss, place: KinesisPlace): string =>
  [
    miss.kind === 'not_cbor'
      ? `${whereOf(place)} does not speak CBOR`
      : `${whereOf(place)} does not speak CBOR as Kinesis does (${miss.why})`,
    'records are read as JSON, which takes more of the processor.',
  ].join(': ')

'use client'

import { useWatch } from '../live/store.ts'

const STATUS = { kind: 'status' } as const

/** For pages without a view of their own: the frame around them stays live. */
export function WatchStatus() {
  useWatch(STATUS)
  return null
}

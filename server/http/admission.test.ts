import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createAdmission, type Entry, type LaneBounds } from './admission.ts'

const SMALL: LaneBounds = { running: 2, waiting: 3, waitMs: 5_000 }
const LARGE: LaneBounds = { running: 1, waiting: 1, waitMs: 5_000 }
const OPEN = new AbortController().signal

let ms = 0
const started = () => createAdmission({ monotonicMs: () => ms }, { small: SMALL, large: LARGE })

function entered(entry: Entry): () => void {
  if (entry.kind !== 'entered') throw new Error('it was refused')
  return entry.leave
}

beforeEach(() => {
  ms = 0
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

it('so many run, so many wait in the order they came, and past that all are refused', async () => {
  const admission = started()
  const runs = [await admission.enter('small', OPEN), await admission.enter('small', OPEN)]
  const came: number[] = []
  const waiting = [1, 2, 3].map(async (n) => {
    const entry = await admission.enter('small', OPEN)
    came.push(n)
    return entry
  })
  expect(await admission.enter('small', OPEN)).toMatchObject({ kind: 'refused' })
  for (const run of runs) entered(run)()
  const [first, second] = await Promise.all(waiting.slice(0, 2))
  expect(came).toEqual([1, 2])
  entered(first as Entry)()
  entered(await (waiting[2] as Promise<Entry>))()
  expect(came).toEqual([1, 2, 3])
  entered(second as Entry)()
})

it('large questions do not hold up small ones', async () => {
  const admission = started()
  await admission.enter('large', OPEN)
  void admission.enter('large', OPEN)
  expect(await admission.enter('large', OPEN)).toMatchObject({ kind: 'refused' })
  expect(await admission.enter('small', OPEN)).toMatchObject({ kind: 'entered' })
})

it('who has waited for long enough is refused, and has no place in the line any more', async () => {
  const admission = started()
  const run = await admission.enter('large', OPEN)
  const waiting = admission.enter('large', OPEN)
  await vi.advanceTimersByTimeAsync(LARGE.waitMs)
  expect(await waiting).toMatchObject({ kind: 'refused' })
  const next = admission.enter('large', OPEN)
  entered(run)()
  entered(await next)
})

it('who hangs up while waiting makes room', async () => {
  const admission = started()
  const run = await admission.enter('large', OPEN)
  const left = new AbortController()
  const waiting = admission.enter('large', left.signal)
  left.abort()
  expect(await waiting).toMatchObject({ kind: 'refused' })
  const next = admission.enter('large', OPEN)
  entered(run)()
  entered(await next)
})

it('a place is given back once, however often it is left', async () => {
  const admission = started()
  const leave = entered(await admission.enter('large', OPEN))
  leave()
  leave()
  await admission.enter('large', OPEN)
  let isIn = false
  void admission.enter('large', OPEN).then(() => {
    isIn = true
  })
  await vi.advanceTimersByTimeAsync(1)
  expect(isIn).toBe(false)
})

it('says when it is worth asking again, by how long answers take', async () => {
  const admission = started()
  const refusal = async () => {
    const run = await admission.enter('large', OPEN)
    const waiting = admission.enter('large', OPEN)
    const entry = await admission.enter('large', OPEN)
    return { entry, run, waiting }
  }
  const first = await refusal()
  ms += 4_000
  entered(first.run)()
  ms += 4_000
  entered(await first.waiting)()
  expect((await refusal()).entry).toEqual({ kind: 'refused', retryAfterS: 8 })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBuffer, type Hold } from './buffer.ts'

const { signal: never } = new AbortController()
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('the buffer', () => {
  test('a reader waits for room, and gets it when what was taken in is committed', async () => {
    const buffer = createBuffer(100)
    const first = await buffer.room(80, never)
    let second: Hold | undefined
    void buffer.room(40, never).then((hold) => {
      second = hold
    })
    await turn()
    expect(second).toBeUndefined()
    first.take(50)
    first.release()
    await turn()
    expect(second).toBeDefined()
    expect(buffer.usedBytes()).toBe(90)
    buffer.committed(50)
    expect(buffer.usedBytes()).toBe(40)
  })

  test('what is larger than the buffer is read alone', async () => {
    const buffer = createBuffer(10)
    const hold = await buffer.room(1_000, never)
    expect(buffer.usedBytes()).toBe(1_000)
    hold.release()
    expect(buffer.usedBytes()).toBe(0)
  })

  test('a small read does not overtake a large one that asked before', async () => {
    const buffer = createBuffer(100)
    const first = await buffer.room(60, never)
    const order: string[] = []
    void buffer.room(90, never).then(() => order.push('large'))
    void buffer.room(10, never).then(() => order.push('small'))
    await turn()
    expect(order).toEqual([])
    first.release()
    await turn()
    expect(order).toEqual(['large', 'small'])
  })

  test('who gives up waiting leaves the line to the next', async () => {
    const buffer = createBuffer(100)
    await buffer.room(60, never)
    const leaving = new AbortController()
    const gone = buffer.room(90, leaving.signal)
    const next = buffer.room(40, never)
    leaving.abort(new Error('stopped'))
    await expect(gone).rejects.toThrow('stopped')
    await expect(next).resolves.toBeDefined()
  })

  test('who has to wait says so, and who finds room does not', async () => {
    const buffer = createBuffer(100)
    let waits = 0
    buffer.onWait(() => waits++)
    const hold = await buffer.room(80, never)
    expect(buffer.roomToTake(never)).toBeUndefined()
    expect(waits).toBe(0)
    void buffer.room(40, never)
    expect(waits).toBe(1)
    hold.take(80)
    void buffer.roomToTake(never)
    expect(waits).toBe(2)
  })

  test('I13: what is used stays inside the limit but for answers that were larger than asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ask: fc.integer({ min: 1, max: 100 }), events: fc.nat(60) }), {
          minLength: 1,
          maxLength: 40,
        }),
        async (reads) => {
          const buffer = createBuffer(100)
          let most = 0
          const see = () => {
            most = Math.max(most, buffer.usedBytes())
          }
          const reader = async ({ ask, events }: { ask: number; events: number }) => {
            const { signal } = new AbortController()
            const hold = await buffer.room(ask, signal)
            see()
            await turn()
            await buffer.roomToTake(signal)
            const bytes = Math.min(events, ask)
            hold.take(bytes)
            see()
            hold.release()
            await turn()
            buffer.committed(bytes)
          }
          await Promise.all(reads.map(reader))
          expect(most).toBeLessThanOrEqual(100)
          expect(buffer.usedBytes()).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })
})

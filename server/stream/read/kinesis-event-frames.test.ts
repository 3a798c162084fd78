import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventFrames, FrameError } from './kinesis-event-frames.ts'

const codec = new EventStreamCodec(toUtf8, fromUtf8)

const frame = fc.record({
  text: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text !== '__proto__'),
    fc.string({ maxLength: 50 }),
    {
      maxKeys: 4,
      noNullPrototype: true,
    },
  ),
  body: fc.uint8Array({ maxLength: 2_000 }),
})

const encoded = ({ text, body }: { text: Record<string, string>; body: Uint8Array }): Buffer => {
  const strings = Object.entries(text).map(
    ([name, value]) => [name, { type: 'string', value }] as const,
  )
  const others = [
    [':number', { type: 'integer', value: 7 }],
    [':flag', { type: 'boolean', value: true }],
    [':when', { type: 'timestamp', value: new Date(0) }],
  ] as const
  return Buffer.from(codec.encode({ headers: Object.fromEntries([...others, ...strings]), body }))
}

/** `whole` in pieces that end at `cuts`. */
async function* pieces(whole: Buffer, cuts: number[]) {
  let from = 0
  for (const cut of [...cuts.map((each) => each % (whole.length + 1)), whole.length].sort(
    (a, b) => a - b,
  )) {
    if (cut > from) yield whole.subarray(from, cut)
    from = cut
  }
}

async function read(whole: Buffer, cuts: number[] = []) {
  const read = []
  for await (const { headers, payload } of eventFrames(pieces(whole, cuts))) {
    read.push({ text: Object.fromEntries(headers), body: [...payload] })
  }
  return read
}

test('frames are read as the codec of the SDK wrote them, however they are cut on the way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      async (frames, cuts) => {
        const whole = Buffer.concat(frames.map(encoded))
        expect(await read(whole, cuts)).toEqual(
          frames.map(({ text, body }) => ({ text, body: [...body] })),
        )
      },
    ),
  )
})

test('a frame that is cut off or damaged is a failure', async () => {
  await fc.assert(
    fc.asyncProperty(frame, fc.nat(), fc.boolean(), async (one, at, cutOff) => {
      const whole = encoded(one)
      const place = at % (whole.length - 1)
      const bad = cutOff ? whole.subarray(0, place + 1) : Buffer.from(whole)
      if (!cutOff) bad[place]! ^= 0x55
      await expect(read(bad)).rejects.toBeInstanceOf(FrameError)
    }),
  )
})

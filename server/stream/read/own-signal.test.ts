import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { openFake } from '../../../testing/fake-kinesis/fake-client.testing.ts'
import { createKinesisSource } from './kinesis-source.ts'
import { withOwnSignal } from './own-signal.ts'

test.each(['cbor', 'json'] as const)(
  'calls leave nothing on a signal that lives on, by %s',
  async (wire) => {
    const { fake } = await openFake()
    const source = createKinesisSource({
      streamName: fake.streamName,
      region: 'us-east-1',
      endpoint: fake.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      wire,
    })
    const { signal } = new AbortController()
    for (let n = 0; n < 20; n++) {
      await source.describe(signal)
      await source.listShards(signal)
      const iterator = await source.iterator(
        'shardId-000000000000',
        { kind: 'trim_horizon' },
        signal,
      )
      await source.read(iterator, { limit: 10, signal })
    }
    source.close()
    expect(getEventListeners(signal, 'abort').length).toBeLessThan(3)
  },
)

test('what is aborted before and during the work is aborted for the work', async () => {
  const outer = new AbortController()
  const during = withOwnSignal(outer.signal, async ({ abortSignal }) => {
    outer.abort(new Error('stopped'))
    return abortSignal?.reason as unknown
  })
  await expect(during).resolves.toMatchObject({ message: 'stopped' })
  const after = withOwnSignal(outer.signal, async ({ abortSignal }) => abortSignal?.aborted)
  await expect(after).resolves.toBe(true)
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createProducer } from './producer-client.ts'

test('an endpoint that takes a request and never answers is given up', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const producer = await createProducer({
    streamName: 'clickstream',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    anyCredentials: true,
    answerWithinMs: 200,
  })
  const entry = { partitionKey: 'a', data: Buffer.from('{}') }
  await expect(producer.send([entry])).rejects.toThrow(/timeout/i)
  producer.close()
  silent.closeAllConnections()
  silent.close()
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createKinesisSource } from './kinesis-source.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/fake'
const GONE = { __type: 'ResourceNotFoundException', message: 'not found' }
const IN_USE = { __type: 'ResourceInUseException', message: 'exists' }
const seen = (ConsumerStatus: string, id = 1) => ({
  ConsumerDescription: {
    ConsumerARN: `${ARN}/consumer/c:${id}`,
    ConsumerName: 'c',
    ConsumerStatus,
  },
})
const REGISTERED = { Consumer: { ConsumerName: 'c', ConsumerARN: ARN, ConsumerStatus: 'CREATING' } }

/** Answers the looks at the consumer, and the registrations, in turn; the last of each stays. */
async function scripted(looks: object[], registrations: object[] = []) {
  const calls: string[] = []
  const waits: number[] = []
  const left: Record<string, object[]> = {
    DescribeStreamConsumer: [...looks],
    RegisterStreamConsumer: [...registrations],
    DescribeStreamSummary: [{ StreamDescriptionSummary: { StreamARN: ARN } }],
  }
  const server = createServer((request, response) => {
    const call = String(request.headers['x-amz-target']).replace(/^.*\./, '')
    calls.push(call)
    const answers = left[call] ?? []
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? {}
    request.resume().on('end', () => {
      response
        .writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const source = createKinesisSource(
    {
      streamName: 'fake',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    { pause: async (ms) => void waits.push(ms), random: () => 0.25 },
  )
  closers.push(() => source.close())
  return { take: () => source.fanOut.consumer('c', new AbortController().signal), calls, waits }
}

const registrations = (calls: string[]) =>
  calls.filter((call) => call === 'RegisterStreamConsumer').length

test('a consumer that is being deleted is waited out and registered anew', async () => {
  const { take, calls, waits } = await scripted(
    [seen('DELETING'), seen('DELETING'), GONE, seen('CREATING', 2), seen('ACTIVE', 2)],
    [REGISTERED],
  )
  expect(await take()).toEqual({ arn: `${ARN}/consumer/c:2`, adopted: false })
  expect(registrations(calls)).toBe(1)
  expect(waits).toEqual([750, 750, 750, 750])
})

test('a registration that is not seen yet is not made twice', async () => {
  const { take, calls } = await scripted([GONE, GONE, GONE, seen('ACTIVE')], [REGISTERED])
  expect(await take()).toMatchObject({ adopted: false })
  expect(registrations(calls)).toBe(1)
})

test('a consumer that someone else registers in between is adopted', async () => {
  const { take } = await scripted([GONE, seen('CREATING'), seen('ACTIVE')], [IN_USE])
  expect(await take()).toMatchObject({ adopted: true })
})

test('a consumer that never becomes active is given up', async () => {
  const { take, waits } = await scripted([seen('CREATING')])
  await expect(take()).rejects.toMatchObject({
    kind: 'temporary',
    message: 'the fan-out consumer c did not become active',
  })
  expect(waits).toHaveLength(600)
})

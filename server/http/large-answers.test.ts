import { get, type IncomingMessage } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { LANES } from './admission.ts'
import { loadOf } from './question-load.ts'
import { NOW, startTestServer, type TestServer } from './test-server.ts'

const BOUNDS = { running: 1, waiting: 2, waitMs: 10_000 }
const LARGE = '/api/v1/kpis/spend/series?by=page'

let server: TestServer
afterEach(() => server.close())

const asked = (path: string) => server.send({ path })

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

/** Series wait until `go`. */
function held(): () => void {
  let go: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  server.pipeline.beforeSeries = () => gate
  return go
}

it('past the bound large questions are refused with when to ask again, and small ones are answered', async () => {
  server = await startTestServer({ lanes: { ...LANES, large: BOUNDS } })
  const go = held()
  const three = [1, 2, 3].map(() => asked(LARGE))
  await until(() => server.pipeline.questions.length === 1)
  // The two that wait are in the line before the fourth comes: it is asked for when the third was heard of.
  const answers: number[] = []
  const more = Array.from({ length: 6 }, async () => {
    const { status, headers, text } = await asked(LARGE)
    answers.push(status)
    return { status, headers, text }
  })
  await until(() => answers.length >= 6)
  expect(new Set(answers)).toEqual(new Set([429]))
  const refused = await more[0]
  expect(refused?.headers['retry-after']).toMatch(/^\d+$/)
  expect(JSON.parse(refused?.text ?? '')).toMatchObject({
    status: 429,
    title: 'Too many questions',
  })
  expect(refused?.headers['content-type']).toBe('application/problem+json')
  expect((await asked('/api/v1/kpis')).status).toBe(200)
  expect((await asked('/healthz')).status).toBe(200)
  go()
  const statuses = (await Promise.all(three)).map(({ status }) => status)
  expect(statuses).toEqual([200, 200, 200])
  expect(server.pipeline.questions.length).toBe(4)
})

it('a large answer is sent as it is made, and no faster than it is taken', async () => {
  server = await startTestServer()
  const made = { pieces: 0 }
  const piece = 'x'.repeat(64 * 1_024)
  const PIECES = 2_000
  server.pipeline.series = async () => ({
    file: undefined,
    pieces: (async function* () {
      for (; made.pieces < PIECES; made.pieces++) yield piece
    })(),
  })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${server.url}${LARGE}`, resolve).on('error', reject)
  })
  response.pause()
  let before = -1
  for (let same = 0; same < 50; same = made.pieces === before ? same + 1 : 0) {
    before = made.pieces
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(made.pieces).toBeLessThan(PIECES / 2)
  let bytes = 0
  for await (const chunk of response) bytes += (chunk as Buffer).length
  expect(bytes).toBe(PIECES * piece.length)
  expect(response.headers['content-length']).toBeUndefined()
})

it('who hangs up is heard of by the pipeline, and makes room', async () => {
  server = await startTestServer({ lanes: { ...LANES, large: { ...BOUNDS, waiting: 0 } } })
  let wanted: AbortSignal | undefined
  const { series } = server.pipeline
  server.pipeline.series = (query, { form, signal }) => {
    wanted = signal
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`${query.kpi} ${form}`)))
    })
  }
  const request = get(`${server.url}${LARGE}`)
  request.on('error', () => {})
  await until(() => wanted !== undefined)
  expect((await asked(LARGE)).status).toBe(429)
  request.destroy()
  await until(() => wanted?.aborted === true)
  server.pipeline.series = series
  let status = 429
  while (status === 429) status = (await asked(LARGE)).status
  expect(status).toBe(200)
})

it('an answer that breaks off is not taken for a whole one', async () => {
  server = await startTestServer()
  server.pipeline.series = async () => ({
    file: undefined,
    pieces: (async function* () {
      yield 'x'.repeat(100_000)
      yield 'x'.repeat(100_000)
      throw new Error('the pipeline was replaced')
    })(),
  })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${server.url}${LARGE}`, resolve).on('error', reject)
  })
  const reading = (async () => {
    for await (const _ of response);
  })()
  await expect(reading).rejects.toThrow('aborted')
})

it.each([
  [{ window: 300_000 }, 'small'],
  [{ window: 300_000, step: 1_000 }, 'small'],
  [{ window: 1_800_000, step: 1_000 }, 'large'],
  [{ by: 'page', window: 300_000 }, 'large'],
  [{ window: 30 * 86_400_000 }, 'large'],
  [{ from: NOW - 3_600_000 }, 'small'],
  [{ from: NOW - 7 * 86_400_000 }, 'large'],
])('%j is a %s question', (question, load) => {
  expect(loadOf(question, NOW)).toBe(load)
})

import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { shareSessions } from './kinesis-http2.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const portOf = async (server: Server | Http2Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Answers each request with a head and a first word, and leaves it open. */
async function http2(maxConcurrentStreams: number) {
  const server = createHttp2Server({ settings: { maxConcurrentStreams } })
  const sessions: ServerHttp2Session[] = []
  let opened = 0
  let open = 0
  server.on('session', (session) => {
    opened += 1
    sessions.push(session)
  })
  server.on('sessionError', () => {})
  server.on('stream', (stream) => {
    open += 1
    stream.on('close', () => {
      open -= 1
    })
    stream.on('error', () => {})
    stream.respond({ ':status': 200 })
    stream.write('word')
  })
  const port = await portOf(server)
  closers.push(() => {
    for (const session of sessions) session.destroy()
  })
  return { port, sessions, opened: () => opened, open: () => open }
}

function clientOf(port: number, answerWithinMs = 2_000) {
  const client = shareSessions({ streamsPerSession: 10, answerWithinMs })
  closers.push(() => client.destroy())
  const ask = (abortSignal?: AbortSignal) =>
    client.handle(
      {
        protocol: 'http:',
        hostname: '127.0.0.1',
        port,
        path: '/',
        method: 'POST',
        headers: {},
        body: 'x',
      },
      abortSignal && { abortSignal },
    )
  return { client, ask }
}

const times = <T>(count: number, work: () => T): T[] => Array.from({ length: count }, work)

describe('shared sessions', () => {
  test('are opened only when the others are full', async () => {
    const server = await http2(1_000)
    const { ask } = clientOf(server.port)
    const answers = await Promise.all(times(25, ask))
    expect(answers.map(({ response }) => response.statusCode)).toEqual(times(25, () => 200))
    expect(server.opened()).toBe(3)
    for (const { response } of answers.slice(0, 5)) response.body.close()
    await vi.waitFor(() => expect(server.open()).toBe(20))
    await Promise.all(times(5, ask))
    expect(server.opened()).toBe(3)
  })

  test('take no more streams than the server allows, even at the first rush', async () => {
    const server = await http2(4)
    const { ask } = clientOf(server.port)
    await Promise.all(times(10, ask))
    expect(server.opened()).toBe(3)
    expect(server.open()).toBe(10)
  })

  test('are left alone after GOAWAY; what runs may end', async () => {
    const server = await http2(1_000)
    const { ask } = clientOf(server.port)
    const { response } = await ask()
    server.sessions[0]?.goaway()
    await vi.waitFor(() => expect(response.body.session?.closed).toBe(true))
    await ask()
    expect(server.opened()).toBe(2)
    expect(server.open()).toBe(2)
  })

  test('do not end the process where nothing listens, and the caller hears of it', async () => {
    const probe = createServer()
    const port = await portOf(probe)
    await new Promise((resolve) => probe.close(resolve))
    const { ask } = clientOf(port)
    const refusals = await Promise.allSettled(times(20, ask))
    expect(refusals.every(({ status }) => status === 'rejected')).toBe(true)
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('that never come about are given up', async () => {
    const silent = createServer((socket) => void closers.push(() => socket.destroy()))
    const { ask } = clientOf(await portOf(silent), 100)
    await expect(ask()).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test('are not waited for once the signal aborts', async () => {
    const silent = createServer((socket) => void closers.push(() => socket.destroy()))
    const { ask } = clientOf(await portOf(silent), 60_000)
    const abort = new AbortController()
    const asking = ask(abort.signal)
    setImmediate(() => abort.abort())
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' })
  })
})

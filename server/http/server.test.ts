import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../platform/clock.ts'
import { SetupError } from '../platform/errors.ts'
import { createLog, type Log } from '../platform/log.ts'
import { createAdmission } from './admission.ts'
import { answer, type Route, route } from './route.ts'
import { createRouter } from './router.ts'
import { createWebServer, type WebServer, type WebServerPorts } from './server.ts'

let taken: Server | undefined
let web: WebServer | undefined
afterEach(async () => {
  taken?.close()
  await web?.close()
})

function webServer(
  port: number,
  handle: () => Promise<void> = () => Promise.resolve(),
  change: { log?: Log; routes?: Route[]; onRequest?: WebServerPorts['onRequest'] } = {},
): WebServer {
  const { log = createLog({ level: 'silent', name: 'test' }), routes = [] } = change
  const nothing = { request: () => {}, upgrade: () => {} }
  web = createWebServer(
    { host: '127.0.0.1', port, dev: false },
    {
      router: createRouter(routes, { log, admission: createAdmission(systemClock) }),
      live: nothing,
      pages: { handle, upgrade: (_request, socket) => socket.destroy() },
      clock: systemClock,
      log,
      newNonce: () => 'bm9uY2U=',
      onRequest: change.onRequest ?? (() => {}),
    },
  )
  return web
}

/** Everything that is answered to one request without a body. */
function sendRaw(port: number, line: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
    })
    socket.on('close', () => resolve(text))
    socket.write(`${line}host: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`)
  })
}

it('a port that is taken is told with another one to try', async () => {
  const other = createServer()
  taken = other
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as AddressInfo).port))
  })
  const listening = webServer(port).listen()
  await expect(listening).rejects.toThrow(SetupError)
  await expect(listening).rejects.toThrow(
    new RegExp(`Port ${port} is taken .*PORT=${port === 65_535 ? 3_000 : port + 1} npm start`),
  )
})

it('what fails in a page is answered without its words', async () => {
  const port = await webServer(0, () => Promise.reject(new Error('secret'))).listen()
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(response.status).toBe(500)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.text()).not.toContain('secret')
})

it('an upgrade from another origin is refused', async () => {
  const port = await webServer(0).listen()
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const lines = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      'origin: http://evil.example',
      'connection: Upgrade',
      'upgrade: websocket',
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    socket.once('data', (data) => resolve(data.toString()))
  })
  expect(answer).toMatch(/^HTTP\/1\.1 403 /)
})

it.each(['OPTIONS', 'TRACE', 'PROPFIND'])(
  '%s is a method that no address takes',
  async (method) => {
    const port = await webServer(0).listen()
    for (const [path, allow] of [
      ['/', 'GET, HEAD'],
      ['/api/v1/none', undefined],
      ['/socket.io/?EIO=4&transport=polling', 'GET, POST'],
    ] as const) {
      const answer = await sendRaw(port, `${method} ${path} HTTP/1.1\r\n`)
      expect(answer).toMatch(allow === undefined ? /^HTTP\/1\.1 404 / : /^HTTP\/1\.1 405 /)
      if (allow !== undefined) expect(answer).toContain(`\r\nallow: ${allow}\r\n`)
    }
  },
)

describe('a client that hangs up', () => {
  const facts: { code: number }[] = []
  const lines: string[] = []
  const log: Log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) })
  beforeEach(() => {
    facts.length = 0
    lines.length = 0
  })
  const logged = () => lines.map((line) => JSON.parse(line) as { level: number; msg: string })

  it('in the middle of its body leaves no error in the log', async () => {
    const took = route({
      method: 'POST',
      path: '/api/v1/things',
      summary: 'Takes things',
      body: z.unknown(),
      answer: { status: 204, description: 'Taken' },
      handle: async () => answer(undefined),
    })
    const closed = new Promise<void>((resolve) => {
      webServer(0, undefined, { log, routes: [took], onRequest: (fact) => ended(fact, resolve) })
    })
    const port = await (web as WebServer).listen()
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /api/v1/things HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a":`,
      () => socket.destroy(),
    )
    await closed
    await vi.waitFor(() => expect(logged()).toEqual([expect.objectContaining({ level: 20 })]))
    expect(lines.join('')).not.toContain('stack')
    expect(facts).toEqual([expect.objectContaining({ code: 499, route: '/api/v1/things' })])
  })

  it('while its page is made leaves none either, and a mistake of ours stays one', async () => {
    for (const [error, level] of [
      [Object.assign(new Error('aborted'), { code: 'ECONNRESET' }), 20],
      [new TypeError('a mistake of ours'), 50],
    ] as const) {
      lines.length = 0
      const gone = signal()
      const asked = signal()
      const handle = async () => {
        asked.give()
        await gone.given
        throw error
      }
      const port = await webServer(0, handle, { log, onRequest: () => gone.give() }).listen()
      const socket = connect(port, '127.0.0.1')
      socket.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
      await asked.given
      socket.destroy()
      await vi.waitFor(() => expect(logged().map((line) => line.level)).toEqual([level]))
      await web?.close()
    }
  })

  function signal() {
    let give = () => {}
    const given = new Promise<void>((resolve) => {
      give = resolve
    })
    return { given, give: () => give() }
  }

  function ended(fact: { code: number }, done: () => void): void {
    facts.push(fact)
    done()
  }
})

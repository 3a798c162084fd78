import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { SetupError } from '../platform/errors.ts'
import { createLog } from '../platform/log.ts'
import { createAdmission } from './admission.ts'
import { createRouter } from './router.ts'
import { createWebServer, type WebServer } from './server.ts'

let taken: Server | undefined
let web: WebServer | undefined
afterEach(async () => {
  taken?.close()
  await web?.close()
})

function webServer(port: number, handle: () => Promise<void> = () => Promise.resolve()): WebServer {
  const log = createLog({ level: 'silent', name: 'test' })
  const nothing = { request: () => {}, upgrade: () => {} }
  web = createWebServer(
    { host: '127.0.0.1', port, dev: false },
    {
      router: createRouter([], { log, admission: createAdmission(systemClock) }),
      live: nothing,
      pages: { handle, upgrade: (_request, socket) => socket.destroy() },
      clock: systemClock,
      log,
      newNonce: () => 'bm9uY2U=',
      onRequest: () => {},
    },
  )
  return web
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

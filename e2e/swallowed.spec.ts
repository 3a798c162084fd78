import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Page } from '@playwright/test'
import { expect, pageViews, sharedJourney } from './journey.ts'
import type { Kinesight } from './kinesight.ts'

const journey = sharedJourney()

/** What a proxy does with the requests of one transport. */
type Way = 'passes' | 'refuses' | 'swallows'

interface Proxy {
  url: string
  websocket: Way
  polling: Way
  /** When requests of a transport came, ms. */
  seen: { websocket: number[]; polling: number[] }
  /** Breaks all connections, as a proxy that is started anew. */
  cut(): void
  close(): void
}

/** A proxy as they stand before servers: to Kinesight it looks as if its pages were asked for directly. */
async function startProxy(kinesight: Kinesight): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const headersFor = ({ headers }: IncomingMessage) => ({
    ...headers,
    host: `127.0.0.1:${kinesight.port}`,
    ...(headers.origin !== undefined && { origin: kinesight.url }),
  })
  const ask = (incoming: IncomingMessage) =>
    request({
      host: '127.0.0.1',
      port: kinesight.port,
      path: incoming.url,
      method: incoming.method,
      headers: headersFor(incoming),
    })
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith('/socket.io/')) {
      proxy.seen.polling.push(performance.now())
      if (proxy.polling === 'swallows') return
      if (proxy.polling === 'refuses') return void outgoing.writeHead(502).end()
    }
    const asked = ask(incoming)
    asked.on('response', (answer) => {
      const { 'content-security-policy': policy, ...headers } = answer.headers
      const itsOwn = policy?.toString().replaceAll(`127.0.0.1:${kinesight.port}`, new URL(url).host)
      outgoing.writeHead(answer.statusCode ?? 502, {
        ...headers,
        ...(itsOwn !== undefined && { 'content-security-policy': itsOwn }),
      })
      answer.pipe(outgoing)
    })
    asked.on('error', () => outgoing.destroy())
    outgoing.on('close', () => asked.destroy())
    incoming.pipe(asked)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  server.on('upgrade', (incoming, socket: Socket) => {
    proxy.seen.websocket.push(performance.now())
    if (proxy.websocket === 'swallows') return
    if (proxy.websocket === 'refuses') return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const asked = ask(incoming)
    asked.on('upgrade', (answer, inner, head) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`)
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
      // The server's first words may have come along.
      socket.write(head)
      inner.on('error', () => socket.destroy())
      inner.on('close', () => socket.destroy())
      socket.on('close', () => inner.destroy())
      inner.pipe(socket).pipe(inner)
    })
    asked.on('error', () => socket.destroy())
    asked.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const proxy: Proxy = {
    url,
    websocket: 'passes',
    polling: 'passes',
    seen: { websocket: [], polling: [] },
    cut,
    close() {
      server.close()
      cut()
    },
  }
  return proxy
}

/** Live, after the wait for what is swallowed. */
async function openThrough(page: Page, { url }: Proxy): Promise<void> {
  await page.goto(`${url}/`)
  const light = page.getByRole('banner').getByText(/^(live|quiet|waiting)$/)
  await expect(light).toBeVisible({ timeout: 30_000 })
}

journey(
  'behind a proxy that swallows websockets the page is live by polling, and tells frames',
  async ({ page, kinesight, complaints }) => {
    const proxy = await startProxy(kinesight)
    try {
      proxy.websocket = 'swallows'
      await openThrough(page, proxy)
      expect(proxy.seen.websocket.length).toBeGreaterThan(0)
      await kinesight.put(pageViews(9))
      await expect(page.getByRole('region', { name: 'Top pages' })).toContainText('/pricing')
    } finally {
      proxy.close()
      complaints.length = 0
    }
  },
)

journey(
  'a page whose polling is swallowed later turns to a websocket again',
  async ({ page, kinesight, complaints }) => {
    const proxy = await startProxy(kinesight)
    try {
      proxy.websocket = 'swallows'
      await openThrough(page, proxy)
      proxy.websocket = 'refuses'
      proxy.polling = 'refuses'
      proxy.cut()
      await expect(page.getByText('Reconnecting…')).toBeVisible()
      proxy.websocket = 'passes'
      proxy.polling = 'swallows'
      await expect(page.getByText('Reconnecting…')).toBeHidden({ timeout: 30_000 })
    } finally {
      proxy.close()
      complaints.length = 0
    }
  },
)

journey(
  'a websocket that is refused is given up at once',
  async ({ page, kinesight, complaints }) => {
    const proxy = await startProxy(kinesight)
    try {
      proxy.websocket = 'refuses'
      await openThrough(page, proxy)
      const [refusedAt = Number.NaN] = proxy.seen.websocket
      const [polledAt = Number.NaN] = proxy.seen.polling
      // The wait for a swallowed one is longer.
      expect(polledAt - refusedAt).toBeLessThan(4_000)
    } finally {
      proxy.close()
      complaints.length = 0
    }
  },
)

import { createServer, type Server } from 'node:http'
import { expect, sharedJourney } from './journey.ts'

const journey = sharedJourney()

/** Serves one empty page, as the web does. */
function serveElsewhere(): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>Elsewhere</title>')
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      resolve({ url: `http://127.0.0.1:${port}`, server })
    })
  })
}

journey(
  'a page of another origin can neither read, nor change, nor connect',
  async ({ page, kinesight, complaints }) => {
    const elsewhere = await serveElsewhere()
    try {
      await page.goto(elsewhere.url)
      const tried = await page.evaluate(async (url) => {
        const rule = JSON.stringify({ kpi: 'spend', window: '1h', when: 'above', value: '1' })
        const attempt = (path: string, init: RequestInit) =>
          fetch(`${url}${path}`, init).then(
            async (response) => `${response.type} ${await response.text()}`,
            () => 'refused',
          )
        const socket = (path: string) =>
          new Promise<string>((resolve) => {
            const opened = new WebSocket(`${url.replace('http', 'ws')}${path}`)
            opened.onopen = () => resolve('opened')
            opened.onerror = () => resolve('refused')
          })
        const rules = '/api/v1/alerts/rules'
        const json = { 'content-type': 'application/json' }
        return {
          read: await attempt('/api/v1/totals', {}),
          readBlind: await attempt('/api/v1/totals', { mode: 'no-cors' }),
          change: await attempt(rules, { method: 'POST', headers: json, body: rule }),
          changeBlind: await attempt(rules, { method: 'POST', mode: 'no-cors', body: rule }),
          switchDemo: await attempt('/api/v1/demo', {
            method: 'PUT',
            headers: json,
            body: '{"state":"on"}',
          }),
          poll: await attempt('/socket.io/?EIO=4&transport=polling', {}),
          connect: await socket('/socket.io/?EIO=4&transport=websocket'),
        }
      }, kinesight.url)
      // What comes back blind is opaque: nothing of it can be read.
      expect(tried).toEqual({
        read: 'refused',
        readBlind: expect.stringMatching(/^(refused|opaque )$/),
        change: 'refused',
        changeBlind: expect.stringMatching(/^(refused|opaque )$/),
        switchDemo: 'refused',
        poll: 'refused',
        connect: 'refused',
      })
      expect(await kinesight.rules()).toEqual([])

      const frame = await page.evaluate(
        (url) =>
          new Promise<string>((resolve) => {
            const inside = document.createElement('iframe')
            inside.src = url
            inside.onload = () => resolve(inside.contentDocument === null ? 'unreadable' : 'empty')
            document.body.append(inside)
          }),
        kinesight.url,
      )
      expect(frame).toBe('unreadable')
      expect(await page.frames()[1]?.locator('nav').count()).toBe(0)
    } finally {
      elsewhere.server.close()
      // Each refusal is a complaint.
      complaints.length = 0
    }
  },
)

journey(
  'a name that only resolves to this machine is not answered',
  async ({ kinesight, request }) => {
    const rebound = await request.get(`${kinesight.url}/api/v1/totals`, {
      headers: { host: `evil.example:${kinesight.port}` },
    })
    expect(rebound.status()).toBe(421)
  },
)

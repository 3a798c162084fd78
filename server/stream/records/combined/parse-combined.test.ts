import { describe, expect, test } from 'vitest'
import type { EventInput } from '../../../../lib/event.ts'
import { parseCombined } from './parse-combined.ts'

interface Line {
  request: string
  status: number
  bytes: string
  referrer: string
  agent: string
  time: string
}

const line = (change: Partial<Line> = {}): string => {
  const { request, status, bytes, referrer, agent, time } = {
    request: 'GET /shop/tents?sort=price HTTP/1.1',
    status: 200,
    bytes: '5120',
    referrer: 'https://search.example/?q=tents',
    agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148',
    time: '03/Feb/2026:09:08:07 -0130',
    ...change,
  }
  return `192.0.2.7 - ann [${time}] "${request}" ${status} ${bytes} "${referrer}" "${agent}"`
}

function parsed(text: string) {
  const found = parseCombined(text)
  if (found.kind !== 'events') throw new Error(JSON.stringify(found))
  return found
}

const events = (text: string): EventInput[] => parsed(text).events

const types = (text: string) => events(text).map(({ type }) => type)
const viewed = (change: Partial<Line>): boolean => types(line(change)).includes('page_view')

describe('a line', () => {
  test('becomes a request with what it says', () => {
    const [request, view, ...more] = events(line())
    expect(more).toEqual([])
    expect(parsed(line()).at).toBe(Date.UTC(2026, 1, 3, 10, 38, 7))
    expect(request).toEqual({
      type: 'request',
      time: '2026-02-03T10:38:07.000Z',
      visitor: '192.0.2.7',
      page: '/shop/tents',
      referrer: 'https://search.example/?q=tents',
      device: 'mobile',
      status: 200,
      props: {
        method: 'GET',
        bytes: 5120,
        agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148',
        user: 'ann',
      },
    })
    expect(view).toMatchObject({
      type: 'page_view',
      page: '/shop/tents',
      visitor: '192.0.2.7',
      device: 'mobile',
    })
  })

  test('leaves out what the log has no value for', () => {
    const [request] = events(line({ bytes: '-', referrer: '-', agent: '-' }))
    expect(request).not.toHaveProperty('referrer')
    expect(request).not.toHaveProperty('device')
    expect(request?.props).toEqual({ method: 'GET', user: 'ann' })
  })

  test('may hold escaped quotes, and a request that is none', () => {
    expect(events(line({ agent: 'a \\"quoted\\" bot' }))[0]?.device).toBe('bot')
    const [odd, ...more] = events(line({ request: '\\x16\\x03', status: 400 }))
    expect(more).toEqual([])
    expect(odd).toMatchObject({ status: 400, props: { line: '\\x16\\x03' } })
    expect(odd).not.toHaveProperty('page')
  })

  test.each([
    ['torn in the user agent', line().slice(0, -10)],
    ['torn in the referrer', line().slice(0, line().indexOf('search.example'))],
    ['torn at its start', line().slice(30)],
    ['two in one', line().slice(0, 60) + line()],
    ['of no format', 'hello world'],
    ['with a month that is none', line({ time: '03/Fex/2026:09:08:07 +0000' })],
    ['with a day that is none', line({ time: '31/Feb/2026:09:08:07 +0000' })],
    ['with an offset of a day', line({ time: '03/Feb/2026:09:08:07 +2400' })],
    ['with an offset that is none', line({ time: '03/Feb/2026:09:08:07 +0160' })],
  ])('%s is skipped', (_, text) => {
    expect(parseCombined(text).kind).toBe('skipped')
  })
})

describe('a page view', () => {
  test.each([
    ['GET / HTTP/1.1', 200],
    ['GET /a/b.html HTTP/1.0', 200],
    ['GET /a/index.php?file=logo.png HTTP/1.1', 206],
    ['GET /v1.2/notes HTTP/1.1', 304],
    ['GET /old', 200],
  ])('is %s answered %i', (request, status) => {
    expect(viewed({ request, status })).toBe(true)
  })

  test.each([
    ['HEAD / HTTP/1.1', 200],
    ['POST /form HTTP/1.1', 200],
    ['GET /gone HTTP/1.1', 404],
    ['GET /moved HTTP/1.1', 301],
    ['GET /broken HTTP/1.1', 500],
    ['GET /style.css?v=3 HTTP/1.1', 200],
    ['GET /LOGO.PNG HTTP/1.1', 200],
    ['GET /robots.txt HTTP/1.1', 200],
    ['GET /feed.xml HTTP/1.1', 200],
    ['GET /paper.pdf HTTP/1.1', 200],
  ])('is not %s answered %i', (request, status) => {
    expect(viewed({ request, status })).toBe(false)
  })
})

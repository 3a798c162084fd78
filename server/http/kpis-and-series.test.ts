import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../lib/api.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { parseCsv } from './csv.testing.ts'
import { NOW, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.pipeline.questions.length = 0
})

const KPIS = '/api/v1/kpis'
const SERIES = '/api/v1/kpis/ctr/series'
const get = (path: string, headers: Record<string, string> = {}) => server.send({ path, headers })

async function asked(path: string) {
  const { status, text } = await get(path)
  expect([status, status === 200 ? '' : text]).toEqual([200, ''])
  return server.pipeline.questions.at(-1)
}

const iso = (ms: number) => new Date(ms).toISOString()

describe('the time that is asked about', () => {
  it.each([
    ['', { window: '5m' }],
    ['window=60s', { window: '1m' }],
    ['window=90s', { spanMs: 90 * SECOND_MS }],
    ['window=45m', { spanMs: 45 * MINUTE_MS }],
    ['window=400d', { spanMs: 400 * DAY_MS }],
    ['window=5m&to=2026-01-31T09:00:00Z', { spanMs: 300_000, to: Date.UTC(2026, 0, 31, 9) }],
    [`from=${NOW - 5}`, { from: NOW - 5 }],
    [
      'from=2026-01-31T09:00:00.250%2B01:00&to=2026-01-31T09:00:00Z',
      { from: Date.UTC(2026, 0, 31, 8, 0, 0, 250), to: Date.UTC(2026, 0, 31, 9) },
    ],
    [
      'from=2026-01-31T09:00:00+01:00&to=1769850000000',
      { from: Date.UTC(2026, 0, 31, 8), to: 1_769_850_000_000 },
    ],
  ])('%s of the KPIs', async (query, question) => {
    expect(await asked(`${KPIS}?${query}`)).toEqual(question)
  })

  it.each([
    ['', { spanMs: 15 * MINUTE_MS, stepMs: 5 * SECOND_MS }],
    [
      'window=1h&to=2026-01-31T09:00:00Z',
      { spanMs: HOUR_MS, stepMs: 10_000, to: Date.UTC(2026, 0, 31, 9) },
    ],
    [`from=${NOW - HOUR_MS}&step=7s`, { from: NOW - HOUR_MS, stepMs: 7_000 }],
    [`from=${NOW - 500}`, { from: NOW - 500, stepMs: SECOND_MS }],
    ['window=400d', { spanMs: 400 * DAY_MS, stepMs: 2 * DAY_MS }],
    ['window=2000s&step=1s', { spanMs: 2_000_000, stepMs: SECOND_MS }],
  ])('%s of a series', async (query, question) => {
    expect(await asked(`${SERIES}?${query}`)).toEqual({ kpi: 'ctr', ...question })
  })

  it('a step that is not given makes at most 360 points', async () => {
    for (const window of ['1s', '59s', '361s', '2h', '7h', '25h', '9d', '100d', '399d']) {
      const question = await asked(`${SERIES}?window=${window}`)
      if (question === undefined || !('stepMs' in question && 'spanMs' in question))
        throw new Error(window)
      expect(question.spanMs / question.stepMs).toBeLessThanOrEqual(360)
      expect(question.spanMs / question.stepMs).toBeGreaterThanOrEqual(1)
    }
  })
})

describe('the keys of a series', () => {
  it.each([
    ['page_views', 'by=campaign', { dimension: 'campaign', limit: 5, rankedBy: 'page_views' }],
    ['visitors', 'by=page&limit=20', { dimension: 'page', limit: 20, rankedBy: 'visitors' }],
    ['revenue', 'by=page', { dimension: 'page', limit: 5, rankedBy: 'revenue' }],
    ['ctr', 'by=campaign&limit=1', { dimension: 'campaign', limit: 1, rankedBy: 'spend' }],
    ['yield', 'by=page', { dimension: 'page', limit: 5, rankedBy: 'page_views' }],
    ['latency_p95', 'by=page', { dimension: 'page', limit: 5, rankedBy: 'page_views' }],
  ])('of %s with %s', async (kpi, query, by) => {
    expect(await asked(`${KPIS}/${kpi}/series?${query}`)).toMatchObject({ kpi, by })
  })

  it('of the KPIs are up to a thousand', async () => {
    expect(await asked(`${KPIS}?by=page&limit=1000`)).toMatchObject({ by: { limit: 1_000 } })
  })
})

describe('refused, with what to do about it', () => {
  const past = `from=${NOW - 2_000_500}`
  it.each([
    [`${KPIS}?window=0s`, 'window', /from 1s to 400d/],
    [`${KPIS}?window=401d`, 'window', /from 1s to 400d/],
    [`${KPIS}?window=1w`, 'window', /such as 90s, 45m, 6h or 30d/],
    [`${KPIS}?from=yesterday`, 'from', /RFC 3339 time.*epoch seconds or epoch milliseconds/],
    [`${KPIS}?from=2026-02-30T09:00:00Z`, 'from', /RFC 3339/],
    [`${KPIS}?from=${NOW - 5}&to=9999999999999999`, 'to', /epoch milliseconds/],
    [`${KPIS}?from=${NOW - 5}&window=5m`, 'window', /leave one of them out/],
    [`${KPIS}?from=${NOW}`, 'from', /in the past: it is 2026-09-21T14:13:20.000Z now/],
    [
      `${KPIS}?from=${NOW - 5}&to=${NOW - 5}`,
      'from',
      /before "to", which is 2026-09-21T14:13:19.995Z/,
    ],
    [
      `${KPIS}?from=${NOW - 400 * DAY_MS - 1}`,
      'from',
      new RegExp(`400d.*${iso(NOW - 400 * DAY_MS)} or later`),
    ],
    [`${KPIS}?rank=spend`, 'rank', /add by=page/],
    [`${KPIS}?by=page&limit=1001`, 'limit', /from 1 to 1000/],
    [`${KPIS}?format=xml`, 'format', /choose one of json, csv/],
    [`${SERIES}?window=5m&from=${NOW - 5}`, 'window', /leave one of them out/],
    [`${SERIES}?to=5 o'clock`.replaceAll(' ', '%20'), 'to', /RFC 3339/],
    [`${SERIES}?step=0s`, 'step', /from 1s to 400d/],
    [`${SERIES}?window=90s&step=2m`, 'step', /longer than the range: use step=90s or shorter/],
    [`${SERIES}?from=${NOW - 500}&step=2s`, 'step', /use step=1s or shorter/],
    [
      `${SERIES}?window=6d&step=1m`,
      'step',
      /8640 points.*2000 are the most: use step=5m or longer/,
    ],
    [`${SERIES}?window=2001s&step=1s`, 'step', /2001 points.*use step=2s or longer/],
    [`${SERIES}?${past}&step=1s`, 'step', /2002 points.*use step=2s or longer/],
    [`${SERIES}?limit=3`, 'limit', /add by=page/],
    [`${SERIES}?by=page&limit=21`, 'limit', /from 1 to 20/],
    [`${SERIES}?by=page&filter=account:a`, 'by', /page and account are not crossed/],
    [`${SERIES}?by=visitor`, 'by', /choose one of page, referrer/],
    [`${SERIES}?rank=ctr`, 'rank', /no parameter "rank": it takes window, from, to, step/],
    ['/api/v1/shards?format=csv', 'format', /it takes none/],
  ])('%s, naming %s', async (path, field, message) => {
    const { status, headers, text } = await get(path, { accept: 'text/csv' })
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json'])
    const { errors } = JSON.parse(text) as Problem
    expect(errors).toEqual([{ field, message: expect.stringMatching(message) }])
    expect(server.pipeline.questions).toEqual([])
  })

  it('the step that a problem names is one that will do', async () => {
    for (const window of ['2001s', '34h', '6d']) {
      const { text } = await get(`${SERIES}?window=${window}&step=1s`)
      const step = /step=(\w+) or longer/.exec(text)?.[1]
      await asked(`${SERIES}?window=${window}&step=${step}`)
    }
  })

  it('a step that is answered by a longer one is refused only where that makes too many points', async () => {
    // Seconds are kept for an hour, tens of them for three, minutes for seven days.
    for (const [window, step] of [
      ['170m', '5s'],
      ['30d', '1m'],
      ['7h', '1s'],
      ['400d', '6h'],
    ]) {
      await asked(`${SERIES}?window=${window}&step=${step}`)
    }
    const { text } = await get(`${SERIES}?window=34h&step=1s`)
    expect(text).toMatch(/makes 2040 points.*use step=2m or longer/)
  })

  it('all that is wrong is said at once', async () => {
    const { text } = await get(`${SERIES}?limit=3&from=${NOW}`)
    expect((JSON.parse(text) as Problem).errors?.map(({ field }) => field)).toEqual([
      'limit',
      'from',
    ])
  })
})

it('every example of the docs is answered', async () => {
  const docs = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
  const paths = [...docs.matchAll(/'http:\/\/127\.0\.0\.1:3000([^']+)'/g)].map(
    ([, path = '']) => path,
  )
  expect(paths.length).toBeGreaterThan(6)
  for (const path of paths) expect([path, (await get(path)).status]).toEqual([path, 200])
})

describe('as CSV', () => {
  it('KPIs and series are files with a telling name', async () => {
    for (const [path, name] of [
      [
        `${KPIS}?by=page&format=csv`,
        'kinesight-kpis-by-page-20260921T141220Z-20260921T141320Z.csv',
      ],
      [`${SERIES}?window=1m&format=csv`, 'kinesight-ctr-20260921T141220Z-20260921T141320Z.csv'],
    ] as const) {
      const { status, headers } = await get(path)
      expect(status).toBe(200)
      expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present')
      expect(headers['content-disposition']).toBe(`attachment; filename="${name}"`)
    }
  })

  it('CSV begins with a byte order mark where one is asked for, JSON never', async () => {
    const first = async (query: string) => (await get(`${KPIS}?${query}`)).text.codePointAt(0)
    expect(await first('format=csv&bom=true')).toBe(0xfeff)
    expect(await first('format=csv&bom=false')).toBe('f'.codePointAt(0))
    expect(await first('format=csv')).toBe('f'.codePointAt(0))
    expect(await first('format=json&bom=true')).toBe('{'.codePointAt(0))
  })

  it('the header asks for it, and the parameter stands above the header', async () => {
    const type = async (path: string, accept: string) =>
      (await get(path, { accept })).headers['content-type']
    expect(await type(KPIS, 'text/csv')).toContain('text/csv')
    expect(await type(`${KPIS}?format=json`, 'text/csv')).toBe('application/json')
    expect(await type(KPIS, '*/*')).toBe('application/json')
    expect(await type('/api/v1/totals', 'text/csv')).toBe('application/json')
  })

  it('a series by key holds what its JSON holds', async () => {
    const { text } = await get(`${KPIS}/page_views/series?by=page&format=csv`)
    const begins = iso(NOW - 15 * MINUTE_MS)
    expect(
      parseCsv(text).map(([from, , part, dimension, key, , , value]) => [
        from,
        part,
        dimension,
        key,
        value,
      ]),
    ).toEqual([
      ['from', 'part', 'dimension', 'key', 'value'],
      [begins, 'total', '', '', '1'],
      [begins, 'key', 'page', '\'=a,"b"', '1'],
      [begins, 'other', 'page', '', '1'],
    ])
  })

  it('both kinds of answer are described', async () => {
    const { paths } = JSON.parse((await get('/api/v1/openapi.json')).text)
    for (const path of [KPIS, `${KPIS}/{id}/series`]) {
      const { content } = paths[path].get.responses[200]
      expect(Object.keys(content)).toEqual(['application/json', 'text/csv'])
    }
    expect(Object.keys(paths['/api/v1/totals'].get.responses[200].content)).toEqual([
      'application/json',
    ])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../lib/api.ts'
import type { KpiMark } from '../../lib/kpi-mark.ts'
import { HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { createDamage } from '../damage/damage.ts'
import { createMarkStore } from '../marks/mark-store.ts'
import { systemClock } from '../platform/clock.ts'
import { parseCsv } from './csv.testing.ts'
import { NOW, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer

const lasting: KpiMark = {
  id: 'lasting',
  kpi: 'error_rate',
  direction: 'up',
  factor: 4,
  began: NOW - MINUTE_MS,
  ended: null,
  ending: null,
  cause: { dimension: 'placement', key: '=top', share: 0.92 },
  text: 'Error rate 4× usual: 92 % from placement =top',
}
const over: KpiMark = {
  id: 'over',
  kpi: 'page_views',
  of: { dimension: 'country', key: 'DE' },
  direction: 'down',
  factor: 0,
  began: NOW - 3 * HOUR_MS,
  ended: NOW - 2 * HOUR_MS,
  ending: 'back',
  text: 'Page views of country DE stopped',
}
const found = { since: 0, factor: 1, score: 5, expected: 1 }

beforeAll(async () => {
  server = await startTestServer()
  const { db } = server.store
  const damage = createDamage(db, { clock: systemClock })
  const store = createMarkStore(db, { streamId: () => server.streamId, damage })
  await store.put({ mark: lasting, found: { ...found, direction: 'up', value: 4 } })
  await store.put({ mark: over, found: { ...found, direction: 'down', value: 0 } })
  const other = createMarkStore(db, { streamId: () => server.streamId + 1, damage })
  await other.put({ mark: over, found: { ...found, direction: 'down', value: 0 } })
})
afterAll(() => server.close())

const get = (query: string) => server.send({ path: `/api/v1/marks${query}` })
const idsOf = async (query: string) =>
  (JSON.parse((await get(query)).text) as { marks: KpiMark[] }).marks.map(({ id }) => id)

describe('marks', () => {
  it('are those of the last day, newest first, as they were kept', async () => {
    const { status, text } = await get('')
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        ...{ asOf: NOW, from: NOW - 24 * HOUR_MS, to: NOW, more: false },
        marks: [lasting, over],
      },
    ])
  })

  it('of a range are all that lasted in it', async () => {
    expect(await idsOf('?window=1h')).toEqual(['lasting'])
    expect(await idsOf(`?from=${NOW - 2.5 * HOUR_MS}&to=${NOW - 2.4 * HOUR_MS}`)).toEqual(['over'])
    expect(await idsOf(`?from=${NOW - 2 * HOUR_MS}&to=${NOW - HOUR_MS}`)).toEqual([])
    expect(await idsOf('?kpi=page_views')).toEqual(['over'])
  })

  it('say that there are more than were asked for', async () => {
    expect(JSON.parse((await get('?limit=1')).text)).toMatchObject({
      marks: [{ id: 'lasting' }],
      more: true,
    })
  })

  it('are a file of lines, too', async () => {
    const { headers, text } = await get('?format=csv')
    expect(headers['content-disposition']).toMatch(/filename="kinesight-marks-/)
    const [columns = [], ...rows] = parseCsv(text)
    const line = (row: string[] = []) => Object.fromEntries(columns.map((c, i) => [c, row[i]]))
    expect(line(rows[0])).toMatchObject({
      ...{ kpi: 'error_rate', part: 'total', dimension: 'placement', key: "'=top" },
      ...{ share: '0.92', ended: '', factor: '4', began: new Date(lasting.began).toISOString() },
    })
    expect(line(rows[1])).toMatchObject({ part: 'key', key: 'DE', share: '', ending: 'back' })
    expect(rows).toHaveLength(2)
  })

  it.each([
    ['?kpi=sales', 'kpi', 'there is no KPI "sales"'],
    ['?limit=0', 'limit', 'must be a whole number from 1 to 1000'],
    [`?from=${NOW + 1}`, 'from', 'must be in the past'],
    [`?window=1h&from=${NOW - 1}`, 'window', 'leave one of them out'],
  ])('%s is refused, in words', async (query, field, words) => {
    const { status, headers, text } = await get(query)
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json'])
    const [error] = (JSON.parse(text) as Problem).errors ?? []
    expect(error).toMatchObject({ field, message: expect.stringContaining(words) })
  })
})

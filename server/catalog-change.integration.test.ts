import { afterEach, expect, test, vi } from 'vitest'
import { createKinesight, type Kinesight } from '../e2e/kinesight.ts'
import type { CatalogAnswer, KpisAnswer, StreamAnswer } from '../lib/api.ts'

/** A real process: KPIs come and go while events come in. */
const ROUNDS = 4
const EVENTS_A_ROUND = 2_000

let kinesight: Kinesight
afterEach(() => kinesight.dispose())

const ask = async (method: string, path: string, body?: unknown) =>
  fetch(`${kinesight.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const get = async <T>(path: string): Promise<T> => (await (await ask('GET', path)).json()) as T
const kpis = async () => (await get<KpisAnswer>('/api/v1/kpis?window=15m')).kpis

const definition = (n: number) => ({
  id: `mobile_${n}`,
  label: `Mobile ${n}`,
  formula: {
    kind: 'count',
    of: { type: 'page_view', where: [{ field: 'device', is: n % 2 === 0 ? 'mobile' : 'tablet' }] },
  },
})

/** Half of the views are from phones. */
const events = (round: number) =>
  Array.from({ length: EVENTS_A_ROUND }, (_, n) => ({
    id: `e-${round}-${n}`,
    type: 'page_view',
    device: n % 2 === 0 ? 'mobile' : 'desktop',
  }))

test('no event is lost or counted twice while KPIs are saved and deleted, and nobody sees an error', async () => {
  kinesight = await createKinesight()
  await kinesight.start()
  const problems: number[] = []
  let asking = true
  const reader = (async () => {
    while (asking) {
      const { status } = await ask('GET', '/api/v1/kpis')
      if (status !== 200) problems.push(status)
    }
  })()
  for (let round = 0; round < ROUNDS; round++) {
    const putting = kinesight.put(events(round))
    expect((await ask('POST', '/api/v1/kpi-definitions', definition(round))).status).toBe(201)
    await putting
    if (round > 0) {
      const gone = await ask('DELETE', `/api/v1/kpi-definitions/mobile_${round - 1}`)
      expect(gone.status).toBe(204)
    }
  }
  const sent = ROUNDS * EVENTS_A_ROUND
  await vi.waitFor(async () => expect((await kinesight.totals()).events.page_view).toBe(sent), {
    timeout: 30_000,
    interval: 100,
  })
  expect((await kinesight.totals()).fates).toMatchObject({
    applied: sent,
    duplicate: 0,
    rejected: 0,
  })
  expect((await kpis()).page_views?.value.value).toBe(sent)
  asking = false
  await reader
  expect(problems).toEqual([])
  expect((await get<StreamAnswer>('/api/v1/stream')).source).toEqual({ kind: 'ok' })
})

test('a composed KPI counts from its saving on, and is there after a restart', async () => {
  kinesight = await createKinesight()
  await kinesight.start()
  await kinesight.put(events(0))
  await vi.waitFor(
    async () => expect((await kpis()).page_views?.value.value).toBe(EVENTS_A_ROUND),
    { timeout: 20_000, interval: 100 },
  )
  await ask('POST', '/api/v1/kpi-definitions', definition(0))
  await kinesight.put(events(1))
  await vi.waitFor(
    async () => expect((await kpis()).mobile_0?.value.value).toBe(EVENTS_A_ROUND / 2),
    { timeout: 20_000, interval: 100 },
  )
  await kinesight.kill()
  await kinesight.start()
  const { kpis: all } = await get<CatalogAnswer>('/api/v1/catalog')
  expect(all.at(-1)).toMatchObject({ id: 'mobile_0', label: 'Mobile 0' })
  expect((await kpis()).mobile_0?.value.value).toBe(EVENTS_A_ROUND / 2)
})

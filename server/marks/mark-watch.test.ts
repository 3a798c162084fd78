import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { KpiMark } from '../../lib/kpi-mark.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { type Fault, openSite } from './watched-site.testing.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** More than what has to be learned before anything is judged. */
const USUAL_S = 12 * 60

let site: Awaited<ReturnType<typeof openSite>>
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

/** Runs until a mark of the KPI is listed; how long that took, in event time. */
async function untilMarked(fault: Fault, kpi: string): Promise<{ mark: KpiMark; tookMs: number }> {
  const from = site.now()
  for (let second = 0; second < 120; second++) {
    await site.run(1, fault)
    const mark = site.cell().marks.find((one) => one.kpi === kpi && one.ended === null)
    if (mark !== undefined) return { mark, tookMs: site.now() - from }
  }
  throw new Error(`no mark of ${kpi}: ${JSON.stringify(site.cell())}`)
}

describe('a site under watch', () => {
  test('says how long it has to learn, and then that it watches', async () => {
    await site.run(60)
    const { watch, marks } = site.cell()
    expect(watch).toMatchObject({ kind: 'learning' })
    expect(watch.kind === 'learning' && watch.toGoMs).toBeGreaterThan(4 * MINUTE_MS - 1)
    expect(marks).toEqual([])
    await site.run(5 * 60)
    expect(site.cell().watch).toEqual({ kind: 'watching' })
  })

  test('marks a placement that fails within 30 s, and names it', async () => {
    await site.run(USUAL_S)
    const from = site.now()
    const { mark } = await untilMarked('placement fails', 'error_rate')
    expect(mark).toMatchObject({
      direction: 'up',
      cause: { dimension: 'placement', key: 'top-300x250' },
      ended: null,
    })
    expect(mark.text).toMatch(/^Error rate \d+× usual: \d+ % from placement top-300x250$/)
    // Of event time; what has happened is known when it cannot be on its way any more.
    expect(site.now() - from).toBeLessThanOrEqual(30 * SECOND_MS + 4 * SECOND_MS)
    expect(await site.stored()).toEqual([mark])
    await site.run(3 * 60)
    const [over] = site.cell().marks
    expect(over).toMatchObject({ id: mark.id, ending: 'back' })
    expect(await site.stored()).toEqual([over])
  })

  test('marks a country that is gone by its part of the whole', async () => {
    await site.run(USUAL_S)
    await site.run(50, 'country gone')
    const marks = site.cell().marks.filter(({ kpi }) => kpi === 'page_views')
    expect(marks.at(-1)).toMatchObject({
      of: { dimension: 'country', key: 'DE' },
      direction: 'down',
      text: 'Page views of country DE stopped',
    })
  })

  test('marks silence of a stream that is read', async () => {
    await site.run(USUAL_S)
    const { mark } = await untilMarked('silence', 'page_views')
    expect(mark).toMatchObject({ direction: 'down', factor: 0, text: 'Page views stopped' })
  })

  test('judges nothing while the source is in trouble, nor what began meanwhile', async () => {
    await site.run(USUAL_S)
    const trouble = { kind: 'trouble', since: 1, problem: 'no answer', remedy: '' } as const
    site.set({ source: trouble })
    await site.run(3 * 60, 'silence')
    expect(site.cell().watch).toEqual({ kind: 'held' })
    site.set({ source: { kind: 'ok' } })
    await site.run(3 * 60)
    expect(site.cell()).toEqual({ watch: { kind: 'watching' }, marks: [] })
  })

  test('waits for a reader that retries, and then judges what it brings', async () => {
    await site.run(USUAL_S)
    site.set({ reader: { kind: 'retrying', since: 1, problem: 'throttled', remedy: '' } })
    await site.run(40, 'silence')
    expect(site.cell().marks).toEqual([])
    site.set({ reader: { kind: 'reading' } })
    await site.run(5, 'silence')
    expect(site.cell().marks.map(({ kpi }) => kpi)).toContain('page_views')
  })

  test('goes on with the same marks after a restart, and writes no second one', async () => {
    await site.run(USUAL_S)
    await site.run(60, 'placement fails')
    const before = site.cell().marks.map(({ id }) => id)
    expect(before.length).toBeGreaterThan(0)
    await site.restart()
    await site.run(60, 'placement fails')
    expect(site.cell().watch).toEqual({ kind: 'watching' })
    expect(site.cell().marks.map(({ id, ended }) => [id, ended])).toEqual(
      before.map((id) => [id, null]),
    )
    await site.run(3 * 60)
    const marks = await site.stored()
    expect(marks.map(({ id, ending }) => [id, ending])).toEqual(before.map((id) => [id, 'back']))
  })

  test('has nothing to say of a store that is closed at the end', async () => {
    await site.run(60)
    // What a process looks for first it finds in the store.
    await site.restart()
    const looking = site.look()
    await site.end()
    await looking
    await site.look()
    expect(site.said()).toEqual([])
  })

  test('remembers after a restart what is usual', async () => {
    await site.run(USUAL_S)
    await site.restart()
    const { mark } = await untilMarked('placement fails', 'error_rate')
    expect(mark.cause).toMatchObject({ key: 'top-300x250' })
  })

  test('goes on with a country that is gone, and knows when it is back', async () => {
    await site.run(USUAL_S)
    await site.run(60, 'country gone')
    const gone = () => site.cell().marks.filter(({ of }) => of?.key === 'DE')
    const [before] = gone()
    expect(before).toBeDefined()
    await site.restart()
    await site.run(60, 'country gone')
    expect(gone().map(({ id, ended }) => [id, ended])).toEqual([[before?.id, null]])
    await site.run(3 * 60)
    expect(gone()).toMatchObject([{ id: before?.id, ending: 'back' }])
  })
})

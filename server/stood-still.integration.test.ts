import { afterEach, expect, test, vi } from 'vitest'
import { createKinesight, type Kinesight } from '../e2e/kinesight.ts'
import { SECOND_MS } from '../lib/time.ts'

/** Longer than any call may take, or any answer of the pipeline. */
const STOPPED_MS = 14 * SECOND_MS
const WATCHED_MS = 8 * SECOND_MS

let kinesight: Kinesight
afterEach(() => kinesight.dispose())

test('after SIGSTOP and SIGCONT neither the endpoint nor a pipeline that had ended is blamed', async () => {
  kinesight = await createKinesight({ LOG_LEVEL: 'info' })
  await kinesight.start()
  await kinesight.put([{ id: 'a', type: 'page_view' }])
  await vi.waitFor(async () => expect((await kinesight.totals()).fates.applied).toBe(1), {
    timeout: 20_000,
  })
  kinesight.signal('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, STOPPED_MS))
  kinesight.signal('SIGCONT')
  const said = new Set<string>()
  const end = performance.now() + WATCHED_MS
  while (performance.now() < end) {
    const { source } = await kinesight.stream()
    if (source.kind === 'trouble') said.add(`${source.problem} ${source.remedy}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const all = [...said].join('\n') + kinesight.output()
  expect(all).not.toMatch(/can be reached|does not answer|why it ended|why\. If this stays/)
  await kinesight.put([{ id: 'b', type: 'page_view' }])
  await vi.waitFor(async () => expect((await kinesight.totals()).fates.applied).toBe(2), {
    timeout: 20_000,
  })
  expect((await kinesight.stream()).source).toEqual({ kind: 'ok' })
})

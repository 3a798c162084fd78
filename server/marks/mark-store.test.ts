import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KpiMark } from '../../lib/kpi-mark.ts'
import { MINUTE_MS } from '../../lib/time.ts'
import { createDamage } from '../damage/damage.ts'
import type { Mark } from '../insight/detector.ts'
import { systemClock } from '../platform/clock.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { createMarkStore, KEEP_MARKS_MS, type MarkStore } from './mark-store.ts'

const NOW = Date.UTC(2026, 4, 12)

let folder: string
let file: Store
let store: MarkStore
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-mark-store-'))
  file = await openStore(path.join(folder, 'store.db'))
  store = createMarkStore(file.db, {
    streamId: () => 1,
    damage: createDamage(file.db, { clock: systemClock }),
  })
})
afterEach(async () => {
  await file.close()
  rmSync(folder, { recursive: true, force: true })
})

const found = (began: number): Mark => ({
  ...{ since: began, direction: 'up', expected: 0.01, value: 0.04, factor: 4, score: 6 },
})
const mark = (id: string, began: number, change: Partial<KpiMark> = {}): KpiMark => ({
  ...{ id, kpi: 'spend', currency: 'EUR', direction: 'up', factor: 4, began },
  ...{ ended: null, ending: null, text: id },
  ...change,
})
const put = (one: KpiMark) => store.put({ mark: one, found: found(one.began) })

test('what is put again replaces what was there', async () => {
  const first = mark('a', NOW)
  await put(first)
  expect(await store.open()).toEqual([{ mark: first, found: found(NOW) }])
  const over = { ...first, ended: NOW + MINUTE_MS, ending: 'back' as const }
  await put(over)
  expect(await store.open()).toEqual([])
  expect(await store.between({ limit: 9 })).toEqual([over])
})

test('where nothing is usual there is no factor', async () => {
  const one = mark('a', NOW, { factor: null })
  await store.put({ mark: one, found: { ...found(NOW), expected: 0 } })
  expect(await store.between({ limit: 9 })).toEqual([one])
})

test('what began too long ago is forgotten', async () => {
  await put(mark('old', NOW - KEEP_MARKS_MS))
  await put(mark('young', NOW - KEEP_MARKS_MS + 1))
  await store.forget(NOW)
  expect((await store.between({ limit: 9 })).map(({ id }) => id)).toEqual(['young'])
})

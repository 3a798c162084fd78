import { expect, test } from 'vitest'
import { tempFolder } from './embedded.testing.ts'
import { openKinesalite } from './open-kinesalite.ts'

// Without the guard this ends the test process itself, with SIGSEGV.
test('what kinesalite still asks of a closed LevelDB is an error', async () => {
  const { folder, remove } = tempFolder()
  const { store } = await openKinesalite(folder)
  await store.metaDb.put('a', { x: 1 })
  expect(await store.metaDb.get('a')).toEqual({ x: 1 })
  const records = store.getStreamDb('clicks')
  await records.put('b', 1)
  await store.db.close()
  await expect(store.metaDb.get('a')).rejects.toThrow(/closed/)
  await expect(store.metaDb.put('a', 1)).rejects.toThrow(/closed/)
  await expect(store.metaDb.del('a')).rejects.toThrow(/closed/)
  await expect(records.batch([{ type: 'del', key: 'b' }])).rejects.toThrow(/closed/)
  remove()
})

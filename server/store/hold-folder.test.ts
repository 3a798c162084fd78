import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holdFolder } from './hold-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-hold-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a folder is held by one, and free again when it is let go', () => {
  const { release } = holdFolder(folder)
  expect(() => holdFolder(folder, 0)).toThrow(/Another Kinesight uses the data folder/)
  release()
  holdFolder(folder, 0).release()
})

/** Another process that holds the folder; answers how to kill it. */
async function anotherHolds(): Promise<() => Promise<unknown>> {
  const libsql = createRequire(import.meta.url).resolve('libsql')
  const script = `const db = new (require(${JSON.stringify(libsql)}))(process.argv[1])
    db.exec('begin exclusive'); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script, path.join(folder, 'lock.db')])
  await once(child.stdout, 'data')
  return () => {
    child.kill('SIGKILL')
    return once(child, 'exit')
  }
}

test('a process that is killed does not hold its folder any longer', async () => {
  const kill = await anotherHolds()
  expect(() => holdFolder(folder, 0)).toThrow(/Another Kinesight/)
  await kill()
  holdFolder(folder, 0).release()
})

test('a lock that cannot be taken for another reason is not called another Kinesight', () => {
  mkdirSync(path.join(folder, 'lock.db'))
  expect(() => holdFolder(folder, 0)).toThrow(
    /^The data folder .* cannot be used: .*lock\.db is a folder, not a file\. Move it out of the way/,
  )
})

test('a lock whose file is damaged is named, and what to do is to delete it', () => {
  writeFileSync(path.join(folder, 'lock.db'), 'garbage garbage')
  expect(() => holdFolder(folder)).toThrow(
    `The data folder ${folder} cannot be used: its lock, lock.db, is damaged. See that no Kinesight runs on the folder, and delete lock.db: nothing is kept in it`,
  )
})

describe('the lock is deleted by hand', () => {
  const deleteLock = () => {
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name))
  }

  test('it is made anew, and a second process is refused as before', async () => {
    const held = holdFolder(folder)
    expect(held.check(0)).toBe('held')
    deleteLock()
    expect(held.check(1_000)).toBe('made_anew')
    expect(held.check(2_000)).toBe('held')
    expect(() => holdFolder(folder, 0)).toThrow(/Another Kinesight/)
    held.release()
    holdFolder(folder, 0).release()
  })

  test('a second process that came in between keeps it, and the first one ends', async () => {
    const held = holdFolder(folder)
    deleteLock()
    const kill = await anotherHolds()
    expect(held.check(0)).toBe('contested')
    expect(held.check(4_999)).toBe('contested')
    expect(() => held.check(5_000)).toThrow(/was deleted, and another Kinesight has taken it/)
    await kill()
    held.release()
  })

  test('a second process that came in between and ended leaves it to the first one', async () => {
    const held = holdFolder(folder)
    deleteLock()
    const kill = await anotherHolds()
    expect(held.check(0)).toBe('contested')
    await kill()
    expect(held.check(1_000)).toBe('made_anew')
    expect(held.check(9_000)).toBe('held')
    held.release()
  })

  test('with its folder it cannot be made anew, and that is no other process', () => {
    const held = holdFolder(folder)
    rmSync(folder, { recursive: true })
    expect([0, 9_000].map(held.check)).toEqual(['gone', 'gone'])
    held.release()
  })
})

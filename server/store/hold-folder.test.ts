import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { holdFolder } from './hold-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-hold-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a folder is held by one, and free again when it is let go', () => {
  const release = holdFolder(folder)
  expect(() => holdFolder(folder, 0)).toThrow(/Another Kinesight uses the data folder/)
  release()
  holdFolder(folder, 0)()
})

test('a process that is killed does not hold its folder any longer', async () => {
  const libsql = createRequire(import.meta.url).resolve('libsql')
  const script = `const db = new (require(${JSON.stringify(libsql)}))(process.argv[1])
    db.exec('begin exclusive'); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script, path.join(folder, 'lock.db')])
  await once(child.stdout, 'data')
  expect(() => holdFolder(folder, 0)).toThrow(/Another Kinesight/)
  child.kill('SIGKILL')
  await once(child, 'exit')
  holdFolder(folder, 0)()
})

test('a lock that cannot be taken for another reason is not called another Kinesight', () => {
  mkdirSync(path.join(folder, 'lock.db'))
  expect(() => holdFolder(folder, 0)).toThrow(
    /^The data folder .* cannot be used: .*Check the free space and the permissions/,
  )
})

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDataDir } from './data-dir.ts'
import { SetupError } from './platform/errors.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-dir-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a folder that is not there is made, with those above', () => {
  makeDataDir(path.join(folder, 'a', 'b'))
  expect(statSync(path.join(folder, 'a', 'b')).isDirectory()).toBe(true)
})

it('a path that cannot be a folder is told as DATA_DIR, with the remedy', () => {
  const file = path.join(folder, 'file')
  writeFileSync(file, '')
  const make = () => makeDataDir(path.join(file, 'data'))
  expect(make).toThrow(SetupError)
  expect(make).toThrow(/DATA_DIR .*file.data cannot be written .*: set DATA_DIR to a folder/)
})

it('a file on the way is told, and nothing is left of the try where it can be written', () => {
  writeFileSync(path.join(folder, 'file'), '')
  expect(() => makeDataDir(path.join(folder, 'file'))).toThrow(SetupError)
  makeDataDir(path.join(folder, 'data'))
  expect(readdirSync(path.join(folder, 'data'))).toEqual([])
})

describe.runIf(existsSync('/proc/self/status'))('under /proc', () => {
  it.each(['/proc/kinesight', '/proc/kinesight/a/b', '/proc/self', '/proc/self/data'])(
    '%s is told in one sentence, at once',
    (name) => {
      const make = () => makeDataDir(name)
      expect(make).toThrow(SetupError)
      expect(make).toThrow(
        /^DATA_DIR \/proc[^\n]* cannot be written [^\n]*: set DATA_DIR to a folder/,
      )
    },
  )
})

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { holdFolder } from '../store/hold-folder.ts'
import { openStore } from '../store/open-store.ts'

const DOCTOR = path.resolve('dist/doctor.js')

let folder: string
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-doctor-built-'))
  const store = await openStore(path.join(folder, 'kinesight.db'))
  await store.close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const doctor = (args: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DOCTOR, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('a healthy folder ends with 0, named or by DATA_DIR', () => {
  const told = doctor([folder])
  expect(told).toMatchObject({ status: 0, stderr: '' })
  expect(told.stdout).toMatch(/All is well\.\n$/)
  const byVariable = doctor([], { DATA_DIR: folder })
  expect(byVariable.status).toBe(0)
  expect(byVariable.stdout).toContain(`Data folder ${folder}\n`)
})

test('a damaged one ends with 1, and says where, also as JSON', async () => {
  const store = await openStore(path.join(folder, 'kinesight.db'))
  await sql`insert into kpi_definition values ('carts', '{', 1, 1)`.execute(store.db)
  await store.close()
  const told = doctor([folder])
  expect(told.status).toBe(1)
  expect(told.stdout).toMatch(
    /found {4}KPIs of your own: 1 KPIs\n +kpi_definition, id "carts": its "body" is not JSON\n +.*Make the KPI anew/,
  )
  const { status, stdout } = doctor([folder, '--json'])
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    folder,
    exitCode: 1,
    checks: expect.arrayContaining([
      expect.objectContaining({ name: 'KPIs of your own', kind: 'found', found: 1 }),
    ]),
  })
})

test('one that is in use, or not there, ends with 2 and one line', () => {
  const held = holdFolder(folder)
  expect(doctor([folder])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^Another Kinesight uses the data folder .*: stop it.*\n$/),
  })
  held.release()
  expect(doctor([path.join(folder, 'none')])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^There is no data folder .*\n$/),
  })
})

test('an option that there is not ends with 2 and what there is', () => {
  const told = doctor(['--mend'])
  expect(told.status).toBe(2)
  expect(told.stderr).toContain('npm run doctor -- [folder] [--json]')
})

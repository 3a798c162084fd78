import { existsSync, rmSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { BEGIN_ANEW, isBroken, storeTrouble, troubleWords } from '../damage/store-trouble.ts'
import { messageOf, SetupError } from '../platform/errors.ts'
import { holdFolder } from '../store/hold-folder.ts'
import { openToRead, type StoreToRead } from '../store/open-store.ts'
import { lostFile, lostTables } from '../store/store-traces.ts'
import { type Check, checked, type Finding, type Report, skipped } from './finding.ts'
import { ROW_CHECKS, setAsideCheck } from './row-checks.ts'

/** SQLite ends its own check after so many. */
const MOST_PROBLEMS = 100
const MIB = 1_024 * 1_024
/** A day of a busy stream writes less, and a checkpoint of SQLite's log needs some. */
const LITTLE_SPACE_BYTES = 256 * MIB

const FILE = 'File of the store'
const SCHEMA = 'Version of the schema'
const PUT_BACK = `Keep what is in DATA_DIR apart, and put back a backup of it. ${BEGIN_ANEW}`

/**
 * Looks over a data folder that no Kinesight runs on, and changes nothing in it. Throws `SetupError` where it cannot look:
 * there is none, it is in use, or it may not be read. O(size of the store).
 */
export async function examine(folder: string): Promise<Report> {
  if (!isFolder(folder)) {
    const words = `There is no data folder ${folder}: name one, as in npm run doctor -- my-data, or set DATA_DIR`
    throw new SetupError(words)
  }
  const file = path.join(folder, 'kinesight.db')
  const lost = lostFile(file)
  if (lost === undefined && !hasBytes(file)) {
    const words = `There is no store in ${folder} (kinesight.db): name the data folder, or set DATA_DIR`
    throw new SetupError(words)
  }
  const held = heldToLook(folder)
  try {
    if (lost !== undefined) return { folder, checks: [fileCheck(file, lost), roomCheck(folder)] }
    return {
      folder,
      checks: [...(await fileChecks(file)), ...streamCheck(folder), roomCheck(folder)],
    }
  } finally {
    held.release()
  }
}

/** The lock's file goes again where there was none. */
function heldToLook(folder: string): { release(): void } {
  const lock = path.join(folder, 'lock.db')
  const wasThere = existsSync(lock)
  const held = holdFolder(folder, 0)
  return {
    release() {
      held.release()
      if (!wasThere) rmSync(lock, { force: true })
    },
  }
}

async function fileChecks(file: string): Promise<Check[]> {
  let store: StoreToRead | undefined
  try {
    store = openToRead(file)
    return await storeChecks(store, file)
  } catch (error) {
    const trouble = storeTrouble(error, file)
    if (trouble === undefined) throw error
    if (!isBroken(error)) {
      throw new SetupError(`The store ${file} cannot be read: ${troubleWords(trouble)}`, {
        cause: error,
      })
    }
    return [fileCheck(file, { problem: trouble.problem, remedy: PUT_BACK })]
  } finally {
    await store?.close()
  }
}

async function storeChecks(store: StoreToRead, file: string): Promise<Check[]> {
  const age = await store.age()
  if (age.kind === 'none') {
    const lost = lostTables(file) ?? { problem: 'it has no tables of Kinesight', remedy: PUT_BACK }
    return [fileCheck(file, lost)]
  }
  const checks = [fileCheck(file), await integrityCheck(store)]
  if (age.kind === 'older') {
    const why = `an older Kinesight made it (${age.migration}): start this version once, stop it, and look again`
    return [...checks, skipped(SCHEMA, why)]
  }
  if (age.kind === 'newer') {
    const finding = {
      where: file,
      what: `a newer Kinesight has changed it (${age.migration})`,
      remedy: 'Use npm run doctor of that version or a later one.',
    }
    return [...checks, checked(SCHEMA, 'rows were not looked at', [finding])]
  }
  checks.push(checked(SCHEMA, ''))
  for (const { name, look } of ROW_CHECKS) {
    checks.push(
      await guarded(name, async () => {
        const { findings, note } = await look(store.db)
        return checked(name, note, findings)
      }),
    )
  }
  checks.push(await guarded('Set aside before', () => setAsideCheck(store.db)))
  return checks
}

/** Pages of the file that are damaged fail a check, and no other one. */
async function guarded(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check()
  } catch (error) {
    // What is not the file's fault is no reason to put back a backup.
    if (!isBroken(error)) return skipped(name, `the check failed: ${messageOf(error)}`)
    const what = `it cannot be read: ${messageOf(error)}`
    return checked(name, '', [{ where: 'kinesight.db', what, remedy: PUT_BACK }])
  }
}

const integrityCheck = (store: StoreToRead): Promise<Check> =>
  guarded('Integrity of the file', async () => {
    const { rows } = await sql<{ integrity_check: string }>`
      pragma integrity_check(${sql.lit(MOST_PROBLEMS)})`.execute(store.db)
    const problems = rows.flatMap(({ integrity_check: text }) => text.split('\n'))
    const findings: Finding[] = problems
      .filter((text) => text !== 'ok' && text.trim() !== '')
      .map((what) => ({ where: 'kinesight.db', what, remedy: PUT_BACK }))
    return checked('Integrity of the file', '', findings)
  })

function fileCheck(file: string, trouble?: { problem: string; remedy: string }): Check {
  const sizes = [file, `${file}-wal`].filter((each) => existsSync(each)).map(sizeWords)
  if (trouble === undefined) return checked(FILE, sizes.join(', '))
  const { problem: what, remedy } = trouble
  return checked(FILE, sizes.join(', '), [{ where: file, what, remedy }])
}

const sizeWords = (file: string): string => `${path.basename(file)} ${mib(statSync(file).size)} MiB`

/** LevelDB opens nothing without writing: its own start says whether it can. */
function streamCheck(folder: string): Check[] {
  const stream = path.join(folder, 'kinesis')
  if (!existsSync(stream)) return []
  const note = `${stream} was not looked at: Kinesight says at its start whether it can be opened`
  return [{ ...checked('Embedded stream', note), kind: 'noted' }]
}

function roomCheck(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const note = `${mib(free)} MiB are free`
  if (free >= LITTLE_SPACE_BYTES) return checked('Room on the disk', note)
  const remedy = 'Free space on the disk of DATA_DIR: reading waits when it is full.'
  return checked('Room on the disk', note, [{ where: folder, what: 'little is free', remedy }])
}

const mib = (bytes: number): string =>
  (bytes / MIB).toLocaleString('en', { maximumFractionDigits: 1 })

const isFolder = (name: string): boolean =>
  statSync(name, { throwIfNoEntry: false })?.isDirectory() === true

const hasBytes = (file: string): boolean =>
  (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0

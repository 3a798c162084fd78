import { mkdirSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import kinesalite from 'kinesalite'
import kinesaliteDb, { type Store } from 'kinesalite/db/index.js'
import { messageOf, SetupError } from '../platform/errors.ts'
import { guardClosed } from './guard-closed.ts'

/** Far more than a dashboard on one machine needs; kinesalite's own default of 10 stops two splits. */
const SHARD_LIMIT = 200

/** kinesalite answers at once and settles later; a kill in between is mended at the next start. */
const SETTLE_MS = 50

export interface Kinesalite {
  store: Store
  /** Answers one request. Expects a whole body, see `kinesis-front.ts`. */
  handle: RequestListener
}

/**
 * Opens the stream's LevelDB in `folder`. Throws `SetupError` if another process holds it (the lock
 * goes with its process, however that ends) or it cannot be opened.
 */
export async function openKinesalite(folder: string): Promise<Kinesalite> {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new SetupError(`DATA_DIR: cannot make the folder ${folder}: ${messageOf(error)}`)
  }
  const { store, handle } = createWithStore(folder)
  await new Promise<void>((resolve, reject) => {
    store.db.once('open', resolve)
    store.db.once('error', (error: Error) => reject(openProblem(folder, error)))
  })
  guardClosed(store.db.db)
  return { store, handle }
}

/** kinesalite keeps its store to itself; mending, trimming and reading by time need the same handle. */
function createWithStore(folder: string): Kinesalite {
  const create = kinesaliteDb.create
  let store: Store | undefined
  kinesaliteDb.create = (options) => {
    store = create(options)
    return store
  }
  try {
    const server = kinesalite({
      path: folder,
      createStreamMs: SETTLE_MS,
      deleteStreamMs: SETTLE_MS,
      updateStreamMs: SETTLE_MS,
      shardLimit: SHARD_LIMIT,
    })
    const handle = server.listeners('request')[0] as RequestListener | undefined
    if (store === undefined || handle === undefined) {
      throw new Error('kinesalite is not the version this was written for')
    }
    return { store, handle }
  } finally {
    kinesaliteDb.create = create
  }
}

function openProblem(folder: string, error: Error): SetupError {
  if (/lock/i.test(error.message)) {
    return new SetupError(
      `DATA_DIR: the embedded stream in ${folder} is in use by another process: stop that Kinesight, or set DATA_DIR to another folder`,
    )
  }
  if (/corruption/i.test(error.message)) {
    return new SetupError(
      `DATA_DIR: the embedded stream in ${folder} is damaged (${error.message}): move that folder away to begin with an empty stream`,
    )
  }
  return new SetupError(
    `DATA_DIR: cannot open the embedded stream in ${folder}: ${error.message}. Check that the folder can be written and the disk is not full`,
  )
}

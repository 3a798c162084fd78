import { createServer, type Server } from 'node:http'
import type { Clock } from '../platform/clock.ts'
import { messageOf, SetupError } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { createFront } from './kinesis-front.ts'
import { rewriteRequest } from './kinesis-rewrite.ts'
import { ensureStream, mendStreams } from './mend-streams.ts'
import { openKinesalite } from './open-kinesalite.ts'
import { trimExpired } from './trim-expired.ts'

const HOST = '127.0.0.1'
const TRIM_EVERY_MS = 10 * 60_000
const FIRST_TRIM_MS = 30_000
/** Longer than any client keeps an idle connection: the side that sends should be the one to hang up. */
const KEEP_ALIVE_MS = 75_000
/** Well within what the whole process has for its end. */
const DRAIN_MS = 1_000

export interface KinesisServer {
  port: number
  /** Lets running requests end, then closes LevelDB. */
  stop(): Promise<void>
}

/** A Kinesis endpoint on loopback over LevelDB in `folder`, with the stream made if it is missing. */
export async function startKinesisServer(options: {
  folder: string
  streamName: string
  region: string
  shardCount: number
  /** undefined: the usual one, or any that is free if that is taken. 0: any that is free. */
  port: number | undefined
  usualPort: number
  /** LevelDB is open now; `close` closes it at once, whatever is going on. */
  onOpen?: (close: () => Promise<void>) => void
  clock: Clock
  log: Log
}): Promise<KinesisServer> {
  const { clock, log } = options
  const { store, handle } = await openKinesalite(options.folder)
  options.onOpen?.(() => store.db.close())
  for (const mended of await mendStreams(store)) log.warn(mended, 'stream was left half done')
  const stream = { name: options.streamName, region: options.region }
  await ensureStream(store, { ...stream, shardCount: options.shardCount, now: clock.now() })

  const server = createServer(
    createFront({
      handle,
      rewrite: (operation, body) => rewriteRequest(store, clock.now, operation, body),
      log,
    }),
  )
  server.keepAliveTimeout = KEEP_ALIVE_MS
  let port: number
  try {
    port = await listen(server, options.port, options.usualPort)
  } catch (error) {
    await store.db.close()
    throw error
  }

  const stopping = new AbortController()
  let trimming: Promise<void> = Promise.resolve()
  const trim = () => {
    trimming = trimExpired(store, clock.now(), stopping.signal).then(
      (removed) => {
        if (removed > 0) log.info({ removed }, 'expired records removed')
      },
      (error: unknown) => log.error({ problem: messageOf(error) }, 'removing expired records'),
    )
    void trimming.then(() => {
      if (!stopping.signal.aborted) timer = setTimeout(trim, TRIM_EVERY_MS)
    })
  }
  let timer = setTimeout(trim, FIRST_TRIM_MS)

  return {
    port,
    async stop() {
      stopping.abort()
      clearTimeout(timer)
      await close(server)
      await trimming
      await store.db.close()
    },
  }
}

/** A port the user asked for is taken or nothing; otherwise the usual one, or any that is free. */
async function listen(server: Server, wanted: number | undefined, usual: number): Promise<number> {
  try {
    return await listenOn(server, wanted ?? usual)
  } catch (error) {
    if (wanted === undefined) return await listenOn(server, 0)
    const why = (error as { code?: string }).code === 'EADDRINUSE' ? 'it is taken' : String(error)
    throw new SetupError(
      `EMBEDDED_KINESIS_PORT: cannot listen on ${HOST}:${wanted}, ${why}: choose another port, or unset it to get a free one`,
    )
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: HOST, port, exclusive: true }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    server.close(() => {
      clearTimeout(impatient)
      resolve()
    })
    server.closeIdleConnections()
  })
}

import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { SetupError } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type {
  EmbeddedWorkerData,
  FromEmbeddedWorker,
  ToEmbeddedWorker,
} from './embedded-messages.ts'

const STOP_WITHIN_MS = 5_000

export interface EmbeddedStream {
  /** For any Kinesis client on this machine, such as http://127.0.0.1:4567. */
  endpoint: string
  port: number
  demo(): 'on' | 'off'
  /** Takes effect at once: switched off, nothing more is put. */
  setDemo(on: boolean): void
  /** It ended without being asked to. Called at most once. */
  onFailure(listener: (error: Error) => void): void
  stop(): Promise<void>
}

export interface EmbeddedStreamOptions {
  /** The stream is kept in its folder `kinesis`. */
  dataDir: string
  streamName: string
  region: string
  /** For a new stream; one that is there keeps its shards. */
  shardCount: number
  /** undefined: 4567, or any free one if that is taken. 0: any free one. */
  port: number | undefined
  demo: boolean
  /** Of the demo traffic. */
  seed: number
  log: Log
  /** The bundled `embedded-worker.ts`. */
  workerUrl: URL
}

/**
 * Starts the embedded stream in a worker thread: it answers on loopback only, and ends with this process,
 * however that ends. Throws `SetupError` if the port or the data folder is taken.
 */
export async function startEmbeddedStream(options: EmbeddedStreamOptions): Promise<EmbeddedStream> {
  const { log, workerUrl, dataDir, ...rest } = options
  const workerData: EmbeddedWorkerData = {
    ...rest,
    folder: path.join(dataDir, 'kinesis'),
    logLevel: log.level,
  }
  const worker = new Worker(workerUrl, { workerData, name: 'embedded-stream' })
  const port = await ready(worker)

  let demo = options.demo
  let stopping: Promise<void> | undefined
  let failure: Error | undefined
  let listener: ((error: Error) => void) | undefined
  const fail = (message: string, cause?: unknown) => {
    if (stopping !== undefined || failure !== undefined) return
    failure = new Error(`The embedded stream ended: ${message}`, { cause })
    log.error({ err: failure }, 'embedded stream failed')
    listener?.(failure)
  }
  worker.on('message', (message: FromEmbeddedWorker) => {
    if (message.kind === 'failed') fail(message.message)
  })
  worker.on('error', (error: unknown) =>
    fail(error instanceof Error ? error.message : 'its thread failed', error),
  )
  worker.on('exit', (code) => fail(`its thread exited with code ${code}`))
  const tell = (message: ToEmbeddedWorker) => worker.postMessage(message)

  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    demo: () => (demo ? 'on' : 'off'),
    setDemo(on) {
      demo = on
      tell({ kind: 'demo', on })
    },
    onFailure(onFailure) {
      listener = onFailure
      if (failure !== undefined) onFailure(failure)
    },
    stop() {
      stopping ??= stopWorker(worker, () => tell({ kind: 'stop' }))
      return stopping
    },
  }
}

function ready(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
      end()
    }
    const onMessage = (message: FromEmbeddedWorker) => {
      switch (message.kind) {
        case 'ready':
          return settle(() => resolve(message.port))
        case 'refused':
          return settle(() => reject(new SetupError(message.message)))
        case 'failed':
          return settle(() => reject(new Error(`The embedded stream: ${message.message}`)))
        case 'stopped':
          return
      }
    }
    const onError = (error: Error) =>
      settle(() => reject(new Error(`The embedded stream: ${error.message}`, { cause: error })))
    const onExit = (code: number) =>
      settle(() => reject(new Error(`The embedded stream's thread exited with code ${code}`)))
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.on('exit', onExit)
  })
}

async function stopWorker(worker: Worker, ask: () => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const giveUp = setTimeout(resolve, STOP_WITHIN_MS)
    worker.once('exit', () => {
      clearTimeout(giveUp)
      resolve()
    })
    ask()
  })
  await worker.terminate()
}

/** What the worker thread of the embedded stream is given. */
export interface EmbeddedWorkerData {
  /** LevelDB's folder. */
  folder: string
  streamName: string
  region: string
  /** For a new stream; one that is there keeps its shards. */
  shardCount: number
  /** undefined: the usual port, or any free one if that is taken. 0: any free one. */
  port: number | undefined
  demo: boolean
  seed: number
  logLevel: string
}

export type ToEmbeddedWorker = { kind: 'demo'; on: boolean } | { kind: 'stop' }

export type FromEmbeddedWorker =
  | { kind: 'ready'; port: number }
  /** It cannot start, and the user can mend it. */
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string }
  | { kind: 'stopped' }

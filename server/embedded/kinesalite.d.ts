declare module 'kinesalite' {
  import type { Server } from 'node:http'
  import type { StoreOptions } from 'kinesalite/db/index.js'

  export default function kinesalite(options: StoreOptions): Server
}

/** kinesalite's inside, as far as it is used: version 3.3.3 is the last one and does not change. */
declare module 'kinesalite/db/index.js' {
  import type { EventEmitter } from 'node:events'
  import type { Readable } from 'node:stream'

  export interface StoreOptions {
    path?: string
    createStreamMs?: number
    deleteStreamMs?: number
    updateStreamMs?: number
    shardLimit?: number
  }

  export interface RangeOptions {
    gt?: string
    gte?: string
    lt?: string
    lte?: string
    keys?: boolean
    values?: boolean
    reverse?: boolean
    limit?: number
    valueEncoding?: 'json' | 'binary'
  }

  export interface LevelUp extends EventEmitter {
    get(key: string): Promise<unknown>
    put(key: string, value: unknown): Promise<void>
    del(key: string): Promise<void>
    batch(operations: { type: 'del'; key: string }[]): Promise<void>
    createReadStream(options?: RangeOptions): Readable
    createKeyStream(options?: RangeOptions): Readable
    close(): Promise<void>
  }

  /** LevelDB's binding; the last argument of a call is its callback. */
  export interface LevelDown extends Record<'_get' | '_put' | '_del' | '_batch', LevelCall> {
    status: string
  }
  type LevelCall = (...args: unknown[]) => void

  export interface Store {
    /** The LevelDB itself; `compactRange` takes whole keys, with their sublevel's prefix. */
    db: LevelUp & {
      /** Once it is open. */
      db: LevelDown
      compactRange(start: string, end: string, done: (error?: Error) => void): void
    }
    metaDb: LevelUp
    getStreamDb(name: string): LevelUp
    deleteStreamDb(name: string, done: (error?: Error) => void): void
  }

  export interface Sequence {
    shardCreateTime: number
    shardIx: number
    /** Whole seconds, in ms. */
    seqTime: number
  }

  interface KinesaliteDb {
    create(options: StoreOptions): Store
    parseSequence(sequenceNumber: string): Sequence
    stringifySequence(sequence: {
      shardCreateTime: number
      shardIx: number
      seqIx?: string | number
      seqTime?: number
    }): string
    shardIxToHex(shardIx: number): string
    shardIdName(shardIx: number): string
    resolveShardId(shardId: string): { shardId: string; shardIx: number }
    ITERATOR_PWD_KEY: Buffer
    ITERATOR_PWD_IV: Buffer
  }

  const db: KinesaliteDb
  export default db
}

/** The most one answer of GetRecords may bring, but for the framing. */
export const MAX_ANSWER_BYTES = 10 * 1024 * 1024

/** What the last commit of a process may hold: it has to be written within two seconds. */
const MAX_UNCOMMITTED_BYTES = 32 * 1024 * 1024

/**
 * The memory in flight of the whole process, in bytes. What was read is held until it has been taken in, what was
 * taken in until it is committed. Readers wait for room in the order in which they asked.
 */
export interface Buffer {
  /** Resolves with a hold on `bytes` once there is room; rejects when `signal` aborts. */
  room(bytes: number, signal: AbortSignal): Promise<Hold>
  /** What was taken in is in the store. */
  committed(bytes: number): void
  /** Resolves once what is uncommitted leaves room to take in more; undefined: it does. */
  roomToTake(signal: AbortSignal): Promise<void> | undefined
  /** Called whenever someone has to wait: a commit makes room. */
  onWait(listener: () => void): void
  usedBytes(): number
  readonly limitBytes: number
}

/** Bytes that are reserved for an answer, then held by it. */
export interface Hold {
  /** The answer came: it is as large as this. */
  is(bytes: number): void
  /** So much of it was taken in, and is uncommitted from now on; it may have unfolded to more than it was. */
  take(bytes: number): void
  release(): void
}

interface Waiter {
  bytes: number
  resolve: (hold: Hold) => void
}

export function createBuffer(limitBytes: number): Buffer {
  const mostUncommitted = Math.min(limitBytes / 2, MAX_UNCOMMITTED_BYTES)
  let held = 0
  let uncommitted = 0
  let waiters: Waiter[] = []
  let takers: (() => void)[] = []
  let waits = (): void => {}

  const used = () => held + uncommitted
  const fits = (bytes: number) => used() === 0 || used() + bytes <= limitBytes
  /** Of the rest what is held can always be taken in after a commit, so nobody waits for ever. */
  const mayTake = () => uncommitted === 0 || uncommitted < mostUncommitted

  function grant(bytes: number): Hold {
    let own = bytes
    held += own
    return {
      is(actual) {
        held += actual - own
        own = actual
        wake()
      },
      take(bytes) {
        const part = Math.min(own, bytes)
        own -= part
        held -= part
        uncommitted += bytes
      },
      release() {
        held -= own
        own = 0
        wake()
      },
    }
  }

  function wake(): void {
    while (waiters.length > 0 && fits((waiters[0] as Waiter).bytes)) {
      const { bytes, resolve } = waiters.shift() as Waiter
      resolve(grant(bytes))
    }
    if (!mayTake()) return
    const ready = takers
    takers = []
    for (const resolve of ready) resolve()
  }

  return {
    limitBytes,
    usedBytes: used,
    onWait(listener) {
      waits = listener
    },
    room(bytes, signal) {
      if (waiters.length === 0 && fits(bytes)) return Promise.resolve(grant(bytes))
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          bytes,
          resolve: (hold) => {
            signal.removeEventListener('abort', leave)
            resolve(hold)
          },
        }
        const leave = () => {
          waiters = waiters.filter((each) => each !== waiter)
          reject(signal.reason as Error)
          wake()
        }
        if (signal.aborted) return leave()
        signal.addEventListener('abort', leave, { once: true })
        waiters.push(waiter)
        waits()
      })
    },
    committed(bytes) {
      uncommitted -= bytes
      wake()
    },
    roomToTake(signal) {
      if (mayTake() || signal.aborted) return undefined
      return new Promise((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done)
          resolve()
        }
        signal.addEventListener('abort', done, { once: true })
        takers.push(done)
        waits()
      })
    },
  }
}

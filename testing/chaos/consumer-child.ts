import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ConsumerOrders, ConsumerSays, FromConsumer } from './consumer-messages.ts'

/** How a process ended. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ConsumerChild {
  readonly pid: number | undefined
  send(signal: NodeJS.Signals): void
  isOver(): boolean
  ended: Promise<Ending>
  started(): boolean
  /** The last that it said. */
  says(): ConsumerSays | undefined
  stopped(): Extract<FromConsumer, { kind: 'stopped' }> | undefined
  failure(): string | undefined
  /** The end of its log. */
  logTail(): string
}

const KEPT_CHARS = 20_000

export function startConsumer(script: string, orders: ConsumerOrders): ConsumerChild {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--enable-source-maps', script, JSON.stringify(orders)],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  )
  // One that stands still would outlive the harness.
  const killIt = () => void child.kill('SIGKILL')
  process.once('exit', killIt)
  child.once('exit', () => process.off('exit', killIt))
  let says: ConsumerSays | undefined
  let stopped: ReturnType<ConsumerChild['stopped']>
  let failure: string | undefined
  let started = false
  let tail = ''
  child.stderr?.on('data', (chunk) => {
    tail = (tail + String(chunk)).slice(-KEPT_CHARS)
  })
  child.on('message', (message: FromConsumer) => {
    switch (message.kind) {
      case 'started':
        started = true
        break
      case 'readings':
        says = message
        break
      case 'stopped':
        stopped = message
        break
      case 'failed':
        failure = message.problem
        break
    }
  })
  // 'close' comes when all that it said has been read, too.
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Ending)
  return {
    pid: child.pid,
    send: (signal) => void child.kill(signal),
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    ended,
    started: () => started,
    says: () => says,
    stopped: () => stopped,
    failure: () => failure,
    logTail: () => tail,
  }
}

import { parentPort, workerData } from 'node:worker_threads'
import { DEFAULT_EMBEDDED_PORT } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import { messageOf, SetupError } from '../platform/errors.ts'
import { inTime } from '../platform/in-time.ts'
import { createLog } from '../platform/log.ts'
import { type DemoTraffic, startDemoTraffic } from './demo-traffic.ts'
import type {
  EmbeddedWorkerData,
  FromEmbeddedWorker,
  ToEmbeddedWorker,
} from './embedded-messages.ts'
import { type KinesisServer, startKinesisServer } from './kinesis-server.ts'

if (parentPort === null) throw new Error('embedded-worker runs as a worker thread')
const port = parentPort
const options = workerData as EmbeddedWorkerData
const log = createLog({ level: options.logLevel, name: 'embedded' })
const say = (message: FromEmbeddedWorker) => port.postMessage(message)

const CLOSE_WITHIN_MS = 3_000

let closeStore = () => Promise.resolve()
let failing = false

// An error inside kinesalite may leave a stream locked for ever: better to end and say so.
process.on('uncaughtException', (error) => {
  if (failing) return
  failing = true
  log.error({ err: error }, 'embedded stream failed')
  // LevelDB ends the whole process if this thread goes while one of its iterators is open.
  void inTime(closeStore(), CLOSE_WITHIN_MS)
    .catch((problem: unknown) => log.error({ problem: messageOf(problem) }, 'not closed'))
    .then(() => {
      say({ kind: 'failed', message: messageOf(error) })
      setImmediate(() => process.exit(1))
    })
})

let wanted = options.demo
let demo: DemoTraffic | undefined
let switching = Promise.resolve()

async function switchDemo(server: KinesisServer): Promise<void> {
  if (wanted === (demo !== undefined)) return
  if (!wanted) {
    demo?.stop()
    demo = undefined
    return
  }
  demo = await startDemoTraffic({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: options.region,
    streamName: options.streamName,
    seed: options.seed,
    clock: systemClock,
    log,
  })
  if (!wanted) demo.stop()
}

function receive(server: KinesisServer, message: ToEmbeddedWorker): void {
  switch (message.kind) {
    case 'demo':
      wanted = message.on
      if (!wanted) demo?.stop()
      switching = switching.then(() => switchDemo(server))
      break
    case 'stop':
      wanted = false
      demo?.stop()
      void switching
        .then(() => server.stop())
        .finally(() => {
          say({ kind: 'stopped' })
          port.close()
        })
      break
  }
}

try {
  const server = await startKinesisServer({
    ...options,
    usualPort: DEFAULT_EMBEDDED_PORT,
    onOpen: (close) => {
      closeStore = close
    },
    clock: systemClock,
    log,
  })
  port.on('message', (message: ToEmbeddedWorker) => receive(server, message))
  say({ kind: 'ready', port: server.port })
  switching = switchDemo(server)
} catch (error) {
  say({ kind: error instanceof SetupError ? 'refused' : 'failed', message: messageOf(error) })
  port.close()
}

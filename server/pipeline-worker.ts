import { randomUUID } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { createPipeline } from './pipeline.ts'
import { createPipelineAnswers } from './pipeline-answers.ts'
import { causeOf } from './pipeline-deaths.ts'
import type { FromWorker, PipelineOptions, ToWorker } from './pipeline-port.ts'
import { systemClock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import { createLog } from './platform/log.ts'
import { watchStandStill } from './platform/stood-still.ts'
import { openStore } from './store/open-store.ts'
import { FencedError } from './stream/commit/commit.ts'
import { AppFailedError } from './stream/dispatch/app-runner.ts'
import { createKinesisSource } from './stream/read/kinesis-source.ts'

/** kinesalite takes any credentials, but the SDK wants some; its CBOR, and the ends of its shards, are not those of Kinesis. */
const EMBEDDED = {
  credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
  wire: 'json' as const,
  endsBehind: true,
  ifUnreachable:
    'It runs in this process: if it has ended, it is started anew by itself, and the log says why. If this stays, check the free space of DATA_DIR.',
}

const FENCED_WORDS =
  'Another Kinesight writes to this data folder now: this one ends. Only one may use a data folder; set DATA_DIR to a folder of its own'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

const options = workerData as PipelineOptions
const log = createLog({ level: options.logLevel, name: 'pipeline' })
const standStill = watchStandStill(systemClock)
const post = (message: FromWorker): void => port.postMessage(message)

const die = (error: unknown): never => {
  post({ kind: 'died', cause: causeOf(error, options.storeFile) })
  process.exit(1)
}

const pipeline = createPipeline(options, {
  store: await openStore(options.storeFile).catch((error: unknown) => {
    log.error({ problem: messageOf(error) }, 'the store cannot be opened')
    return die(error)
  }),
  source: createKinesisSource({
    streamName: options.stream.name,
    region: options.stream.region,
    endpoint: options.stream.endpoint,
    onNotice: (text) => log.warn(text),
    stoodStillMs: standStill.latelyMs,
    ...(options.stream.embedded && EMBEDDED),
  }),
  clock: systemClock,
  random: Math.random,
  log,
  newId: randomUUID,
  onStream: (streamId) => post({ kind: 'stream', streamId }),
  onReady: () => post({ kind: 'ready' }),
  onReading: () => post({ kind: 'reading' }),
  onProgress: () => post({ kind: 'progress' }),
  onFrame: (frame) => post({ kind: 'frame', frame }),
})

const answers = createPipelineAnswers(pipeline.answer, post)

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'watch':
      pipeline.watch(message.key, message.view)
      break
    case 'unwatch':
      pipeline.unwatch(message.key)
      break
    case 'rules_changed':
      pipeline.rulesChanged()
      break
    case 'demo':
      pipeline.setDemo(message.state)
      break
    case 'ask':
      answers.ask(message.id, message.question)
      break
    case 'more':
      answers.more(message.id)
      break
    case 'enough':
      answers.enough(message.id)
      break
    case 'words':
      pipeline.giveWords(message.kpis)
      break
    case 'begin':
      pipeline.begin()
      break
    case 'rest':
      pipeline
        .rest()
        .catch((error: unknown) => log.error({ problem: messageOf(error) }, 'rest failed'))
        .finally(() => post({ kind: 'resting' }))
      break
    case 'stop':
      pipeline
        .stop()
        .catch((error: unknown) => log.error({ problem: messageOf(error) }, 'stop failed'))
        .finally(() => post({ kind: 'stopped' }))
      break
  }
})

pipeline.run().catch((error: unknown) => {
  log.error({ err: error }, 'pipeline failed')
  if (error instanceof AppFailedError) post({ kind: 'app_failed' })
  if (error instanceof FencedError) post({ kind: 'fenced', message: FENCED_WORDS })
  die(error)
})

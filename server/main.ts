import { randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { assemble, type Started } from './assemble.ts'
import { type Config, readConfig } from './config.ts'
import { DEMO_SAMPLE_RULE } from './embedded/demo-sample-rule.ts'
import { systemClock } from './platform/clock.ts'
import { messageOf, SetupError } from './platform/errors.ts'
import { createLog } from './platform/log.ts'

const STOP_WITHIN_MS = 2_000

// V8 lets the old part of a heap grow to four times what lives in it, and more the less is made (ADR 27).
setFlagsFromString('--heap-growing-percent=50')
// That later versions need a newer Node is no news for who starts this: the lock file holds the version.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
process.env.NEXT_TELEMETRY_DISABLED ??= '1'

try {
  await run(readConfig(process.env))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

async function run(config: Config): Promise<void> {
  const dev = process.env.KINESIGHT_DEV === '1'
  const log = createLog({ level: config.logLevel, name: 'server' })
  const app = assemble(config, {
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    newNonce: () => randomBytes(16).toString('base64'),
    log,
    // This file is bundled into dist/, beside the workers.
    root: fileURLToPath(new URL('..', import.meta.url)),
    dev,
    workers: {
      pipeline: new URL('./pipeline-worker.js', import.meta.url),
      embedded: new URL('./embedded-worker.js', import.meta.url),
    },
    demoIsSet: (process.env.DEMO ?? '') !== '',
    sampleRule: DEMO_SAMPLE_RULE,
    onEnd: (error) => end(error),
  })

  const fail = (error: unknown) => {
    log.fatal({ err: error }, 'unexpected error; the store is safe, start again')
    process.exit(1)
  }
  process.on('uncaughtException', fail)
  // While developing, a broken page must not end the server.
  if (!dev) process.on('unhandledRejection', fail)

  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => process.exit(0), STOP_WITHIN_MS)
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop)

  /** Another process has its data: it ends for good, and says why. */
  function end(error: unknown): void {
    if (stopping) return
    stopping = true
    log.fatal({ problem: messageOf(error) }, 'ends')
    process.stderr.write(`${messageOf(error)}\n`)
    setTimeout(() => process.exit(1), STOP_WITHIN_MS)
    void app.stop().finally(() => process.exit(1))
  }

  try {
    process.stdout.write(announcement(await app.start(), config))
  } catch (error) {
    if (stopping) return
    await Promise.race([app.stop(), new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS))])
    throw error
  }
}

function announcement({ url, stream, demo }: Started, { dataDir }: Config): string {
  const place = stream.endpoint ?? `AWS ${stream.region}`.trimEnd()
  return [
    `Kinesight  ${url}`,
    `Stream     ${stream.name} at ${place}${stream.embedded ? ' (embedded)' : ''}`,
    `Data       ${dataDir}`,
    ...(demo === 'on'
      ? ['Demo data is being put on the stream: turn it off on the page, or start with DEMO=off']
      : []),
    '',
  ].join('\n')
}

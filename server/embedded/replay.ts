import { stat } from 'node:fs/promises'
import path from 'node:path'
import { systemClock } from '../platform/clock.ts'
import { messageOf, SetupError } from '../platform/errors.ts'
import { createProducer } from './producer-client.ts'
import { seededRandom } from './random.ts'
import { parseCombinedLine } from './replay-combined.ts'
import { parseEvents } from './replay-events.ts'
import { parseIpinyou } from './replay-ipinyou.ts'
import type { LineParser } from './replay-line.ts'
import { readLines } from './replay-lines.ts'
import { askWhether } from './replay-offer.ts'
import { type Format, HELP, type ReplayOptions, readOptions } from './replay-options.ts'
import { createDisplay } from './replay-progress.ts'
import { replay } from './replay-run.ts'
import { shownText } from './replay-shown.ts'
import { summaryText } from './replay-summary.ts'
import { surveyFile, surveyText } from './replay-survey.ts'
import { type Ask, findTarget, originOf } from './replay-target.ts'
import type { At } from './replay-time.ts'
import { findWatcher, placeText, targetText, type Watcher } from './replay-watcher.ts'

const PARSERS: Record<Format, LineParser> = {
  combined: parseCombinedLine,
  ipinyou: parseIpinyou,
  events: parseEvents,
}

const EXIT_STOPPED = 130
const ASK_WITHIN_MS = 3_000

// A hint for developers, repeated at every run; whoever replays a log cannot do anything about it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

/** npm runs a script in the project's root, wherever it was called. */
const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env
const folder = script === 'replay' && calledIn !== undefined ? calledIn : process.cwd()

/** Returns the exit code. */
async function main(options: ReplayOptions): Promise<number> {
  const file = path.resolve(folder, options.file)
  const fileBytes = await sizeOf(file)
  const target = await findTarget(options, process.env, ask)
  const place = placeText(target)
  const watcher = await findWatcher(target, process.env, ask)
  process.stderr.write(targetText(target, watcher, originOf(process.env)))
  const producer = await createProducer(target)
  const stopping = new AbortController()
  // A second Ctrl+C ends it the hard way.
  process.once('SIGINT', () => stopping.abort())
  process.once('SIGTERM', () => stopping.abort())
  try {
    await producer.check()
    const at = await chosenAt(options, file, { watcher, signal: stopping.signal })
    if (at === undefined) {
      process.stderr.write('Stopped: nothing was put\n')
      return EXIT_STOPPED
    }
    process.stderr.write(`Putting ${options.file} on ${place}\n`)
    const startedMs = systemClock.monotonicMs()
    const display = createDisplay({
      fileBytes,
      terminal: process.stderr.isTTY,
      write: (text) => process.stderr.write(text),
      monotonicMs: systemClock.monotonicMs,
    })
    const { end, tally } = await replay({
      lines: readLines(file),
      parse: PARSERS[options.format],
      speed: options.speed,
      at,
      ...(watcher?.kept !== undefined && { keptFrom: watcher.kept.from }),
      send: producer.send,
      clock: systemClock,
      random: seededRandom(systemClock.now()),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      signal: stopping.signal,
      onProgress: display.show,
    })
    display.end()
    process.stdout.write(summaryText(tally, place, systemClock.monotonicMs() - startedMs))
    if (watcher !== undefined) process.stdout.write(shownText(tally, watcher))
    switch (end.kind) {
      case 'done':
        return 0
      case 'stopped':
        process.stderr.write('Stopped before the end of the file\n')
        return EXIT_STOPPED
      case 'gave_up':
        process.stderr.write(`Gave up before the end of the file: ${end.problem}\n`)
        return 1
    }
  } finally {
    producer.close()
  }
}

/** Says how old the log is, and asks about one that no page would show with its own times. undefined: it was left. */
async function chosenAt(
  { format, at, isAtGiven }: ReplayOptions,
  file: string,
  { watcher, signal }: { watcher: Watcher | undefined; signal: AbortSignal },
): Promise<At | undefined> {
  if (at === 'now' || watcher?.kept === undefined) return at
  const { kept } = watcher
  const survey = await surveyFile(readLines(file), PARSERS[format], { keptFrom: kept.from, signal })
  if (signal.aborted) return undefined
  if (survey === undefined) return at
  process.stderr.write(surveyText(survey, kept))
  if (survey.beyond === 0 || isAtGiven) return at
  const { stdin: input, stderr: output } = process
  if (!input.isTTY || !output.isTTY) {
    output.write('To see them, replay the file with --at now.\n')
    return at
  }
  const answer = await askWhether('Put it as if it began now (--at now)? [y/N] ', { input, output })
  if (answer === 'stop') return undefined
  return answer === 'yes' ? 'now' : at
}

async function sizeOf(file: string): Promise<number> {
  try {
    const facts = await stat(file)
    if (facts.isFile()) return facts.size
  } catch (error) {
    const missing = (error as { code?: string }).code === 'ENOENT'
    throw new SetupError(
      missing ? `${file}: there is no such file` : `${file} cannot be read: ${messageOf(error)}`,
    )
  }
  throw new SetupError(`${file} is not a file`)
}

const ask: Ask = async (url) => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_WITHIN_MS) })
    return answer.ok ? await answer.json() : undefined
  } catch {
    return undefined
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') process.stdout.write(HELP)
  else process.exitCode = await main(options)
} catch (error) {
  process.stderr.write(
    `${error instanceof SetupError ? error.message : `Failed: ${messageOf(error)}`}\n`,
  )
  process.exitCode = 1
}

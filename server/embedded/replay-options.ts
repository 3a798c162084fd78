import { parseArgs } from 'node:util'
import { messageOf, SetupError } from '../platform/errors.ts'
import type { At, Speed } from './replay-time.ts'

export const FORMATS = ['combined', 'ipinyou', 'events'] as const
export type Format = (typeof FORMATS)[number]

export interface ReplayOptions {
  file: string
  format: Format
  speed: Speed
  at: At
  /** `at` was said, not taken by default. */
  isAtGiven: boolean
  stream: string | undefined
  endpoint: string | undefined
  region: string | undefined
}

export const HELP = `Puts a log file on a stream.

  npm run replay -- FILE --format FORMAT [options]

  --format combined   access log of a web server (Apache, nginx, Traefik): a "request" for each
                      line, and a "page_view" for each page that was got
           ipinyou    ad log of the iPinYou contest, season 3: impressions with their cost in CNY, clicks
           events     one JSON event, or an array of them, a line; put as they are
  --speed  max        as fast as the stream takes it (the default)
           1, 60, …   as many times as fast as the log was written
  --at     original   events keep the log's own times (the default with --speed max). Ids are the
                      same in every run: one that is repeated within minutes counts nothing twice
           now        as if the log began now (the default with any other speed). Ids are new in
                      every run: it all counts again. For a log that is older than what Kinesight
                      keeps (KEEP_HOURS): it is offered where that is so
  --stream NAME       on Amazon Kinesis, or at --endpoint. The default is the embedded stream of the
                      Kinesight that runs on this machine (on PORT, 3000 if unset) with the data
                      folder DATA_DIR (./data if unset)
  --endpoint URL      of a Kinesis endpoint, such as http://127.0.0.1:4567, whatever its data folder
  --region REGION     default: AWS_REGION
  --help              this text

It first names the stream and the data folder of the Kinesight that reads it. Only what failed of a
call is sent again. At the end it says what it put: records, events by type, cost
by account, which lines it skipped and why, how many events repeat an id and so count once, and the
address of the page that shows them.
`

/** Throws `SetupError` naming the option and the remedy. 'help': the text was asked for. */
export function readOptions(args: readonly string[]): ReplayOptions | 'help' {
  const { values, positionals } = parse(args)
  if (values.help === true) return 'help'
  const [file, ...more] = positionals
  if (file === undefined) throw problem('FILE is missing: name the log file to replay')
  if (more.length > 0) throw problem(`One FILE at a time, these are more: ${more.join(' ')}`)
  const speed = readSpeed(values.speed ?? 'max')
  return {
    file,
    format: readFormat(values.format),
    speed,
    at: readAt(values.at ?? (speed === 'max' ? 'original' : 'now')),
    isAtGiven: values.at !== undefined,
    stream: readStream(values.stream),
    endpoint: readEndpoint(values.endpoint),
    region: values.region,
  }
}

const problem = (message: string, cause?: unknown): SetupError =>
  new SetupError(`${message}. See: npm run replay -- --help`, { cause })

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: { type: 'string' },
        speed: { type: 'string' },
        at: { type: 'string' },
        stream: { type: 'string' },
        endpoint: { type: 'string' },
        region: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw problem(messageOf(error).split('. ')[0] as string, error)
  }
}

function readFormat(text: string | undefined): Format {
  const known = FORMATS.find((format) => format === text)
  if (known !== undefined) return known
  const choice = `choose one of ${FORMATS.join(', ')}`
  throw problem(
    text === undefined ? `--format is missing: ${choice}` : `--format ${text}: ${choice}`,
  )
}

function readSpeed(text: string): Speed {
  if (text === 'max') return 'max'
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (speed > 0 && speed <= 1_000_000) return speed
  throw problem(
    `--speed ${text}: give "max", or how many times as fast as the log, such as 1 or 60`,
  )
}

function readAt(text: string): At {
  if (text === 'original' || text === 'now') return text
  throw problem(`--at ${text}: choose "original" or "now"`)
}

function readStream(text: string | undefined): string | undefined {
  if (text === undefined || /^[a-zA-Z0-9_.-]{1,128}$/.test(text)) return text
  throw problem(`--stream ${text}: a stream's name is letters, digits, _ . -`)
}

function readEndpoint(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text
  throw problem(`--endpoint ${text}: give a URL such as http://127.0.0.1:4567`)
}

import { isIP } from 'node:net'
import path from 'node:path'
import { z } from 'zod'
import type { CrossedPair } from '../lib/crossed.ts'
import { DEFAULT_REMEMBERED_IDS } from '../lib/deduplication.ts'
import { durationText, parseDuration } from '../lib/duration.ts'
import { currencyOf } from '../lib/event.ts'
import type { Kpi } from '../lib/kpis.ts'
import type { StartAt } from '../lib/start-at.ts'
import { DAY_MS, HOUR_MS, parseTime } from '../lib/time.ts'
import { KPI_FILE, type KpiFile, readKpiFile } from './catalog/kpi-file.ts'
import { SetupError } from './platform/errors.ts'
import { DEFAULT_KEEP, type KeepTimes } from './window/retention.ts'

export interface Config {
  port: number
  host: string
  dataDir: string
  stream: StreamConfig
  startAt: StartAt
  read: ReadConfig
  demo: boolean
  /** KPIs beside those that are built in. */
  ownKpis: readonly Kpi[]
  /** Pairs of dimensions that can be combined, beside those that are built in. */
  ownCrossed: readonly CrossedPair[]
  /** For how long panes are kept. */
  keep: KeepTimes
  /** Which figures of money are given in; undefined: in that of most events. */
  mainCurrency: string | undefined
  logLevel: string
}

export interface ReadConfig {
  mode: 'polling' | 'fanout'
  /** Under which name enhanced fan-out knows this application. */
  consumerName: string
  /** What may be read and not committed yet, for the whole process. */
  bufferBytes: number
  /** How many ids are remembered at the most, to know duplicates. */
  rememberedIds: number
}

export type StreamConfig =
  /** `port` undefined: 4567, or any free one if that is taken. */
  | { kind: 'embedded'; name: string; region: string; port: number | undefined }
  | { kind: 'kinesis'; name: string; region: string | undefined; endpoint: string | undefined }

export const EMBEDDED_STREAM = 'clickstream'
export const EMBEDDED_REGION = 'us-east-1'
export const DEFAULT_EMBEDDED_PORT = 4567

const port = (name: string) =>
  z.coerce
    .number({ error: `${name} must be a port number` })
    .int(`${name} must be a whole number`)
    .min(0, `${name} must be between 0 and 65535`)
    .max(65_535, `${name} must be between 0 and 65535`)

const duration = (name: string) =>
  z.string().transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined) return ms
    const message = `${name} must be a whole number and s, m, h or d, such as 7d`
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

const environment = z.object({
  PORT: port('PORT').default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  KINESIS_STREAM: z
    .string()
    .regex(
      /^[a-zA-Z0-9_.-]{1,128}$/,
      'KINESIS_STREAM must be a stream name: letters, digits, _ . -',
    )
    .optional(),
  KINESIS_ENDPOINT: z
    .url('KINESIS_ENDPOINT must be a URL such as http://127.0.0.1:4567')
    .optional(),
  AWS_REGION: z.string().optional(),
  AWS_DEFAULT_REGION: z.string().optional(),
  START_AT: z.string().optional(),
  READ_MODE: z
    .enum(['polling', 'fanout'], {
      error: 'READ_MODE must be "polling" or "fanout" (enhanced fan-out)',
    })
    .default('polling'),
  KINESIS_CONSUMER: z
    .string()
    .regex(
      /^[a-zA-Z0-9_.-]{1,128}$/,
      'KINESIS_CONSUMER must be a name for enhanced fan-out: letters, digits, _ . -',
    )
    .default('kinesight'),
  STREAM_BUFFER_MB: z.coerce
    .number({ error: 'STREAM_BUFFER_MB must be a number of MiB' })
    .min(16, 'STREAM_BUFFER_MB must be at least 16: one read may bring 10')
    .max(4_096, 'STREAM_BUFFER_MB must be at most 4096')
    .default(64),
  REMEMBERED_IDS: z.coerce
    .number({ error: 'REMEMBERED_IDS must be a number of ids' })
    .int('REMEMBERED_IDS must be a whole number')
    .min(100_000, 'REMEMBERED_IDS must be at least 100000')
    .max(100_000_000, 'REMEMBERED_IDS must be at most 100000000: about 3 GB')
    .default(DEFAULT_REMEMBERED_IDS),
  KPI_FILE: z.string().optional(),
  KEEP_SECONDS: duration('KEEP_SECONDS').default(DEFAULT_KEEP.seconds),
  KEEP_MINUTES: duration('KEEP_MINUTES').default(DEFAULT_KEEP.minutes),
  KEEP_HOURS: duration('KEEP_HOURS').default(DEFAULT_KEEP.hours),
  MAIN_CURRENCY: z
    .string()
    .refine((text) => currencyOf(text.trim()) !== undefined, {
      error: 'MAIN_CURRENCY must be a currency of three letters (ISO 4217), such as USD',
    })
    .transform((text) => currencyOf(text.trim()))
    .optional(),
  DEMO: z.enum(['on', 'off'], { error: 'DEMO must be "on" or "off"' }).optional(),
  EMBEDDED_KINESIS_PORT: port('EMBEDDED_KINESIS_PORT').optional(),
  ROLE: z.string().default('all'),
  DATABASE_URL: z.string().optional(),
  REDIS_URL: z.string().optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'], {
      error: 'LOG_LEVEL must be one of trace, debug, info, warn, error',
    })
    .default('warn'),
})
type Environment = z.infer<typeof environment>

/** Reads the environment once. Empty variables count as unset. Throws `SetupError` in plain words. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) {
    throw new SetupError(parsed.error.issues.map((issue) => issue.message).join('\n'))
  }
  refuseNotYet(parsed.data)
  const stream = streamConfig(parsed.data)
  const own = ownCatalog(parsed.data.KPI_FILE)
  const embedded = stream.kind === 'embedded'
  if (parsed.data.DEMO === 'on' && !embedded) {
    throw new SetupError('DEMO=on needs the embedded stream: unset KINESIS_STREAM, or set DEMO=off')
  }
  return {
    port: parsed.data.PORT,
    host: loopbackHost(parsed.data.HOST),
    dataDir: path.resolve(parsed.data.DATA_DIR),
    stream,
    startAt: startAt(parsed.data.START_AT, embedded),
    read: {
      mode: parsed.data.READ_MODE,
      consumerName: parsed.data.KINESIS_CONSUMER,
      bufferBytes: parsed.data.STREAM_BUFFER_MB * 1_024 * 1_024,
      rememberedIds: parsed.data.REMEMBERED_IDS,
    },
    demo: embedded && parsed.data.DEMO !== 'off',
    ownKpis: own.kpis,
    ownCrossed: own.crossed,
    keep: keepTimes(parsed.data),
    mainCurrency: parsed.data.MAIN_CURRENCY,
    logLevel: parsed.data.LOG_LEVEL,
  }
}

/** The live windows need a second for an hour and a minute for two days. */
const LEAST_KEEP = { seconds: HOUR_MS, minutes: 2 * DAY_MS }
/** Panes of 10 s lie between, and are kept three times as long as those of a second. */
const MINUTES_A_SECOND = 4
const MOST_KEEP_MS = 3_650 * DAY_MS

function keepTimes({ KEEP_SECONDS, KEEP_MINUTES, KEEP_HOURS }: Environment): KeepTimes {
  const keep = { seconds: KEEP_SECONDS, minutes: KEEP_MINUTES, hours: KEEP_HOURS }
  const leastMinutes = Math.max(LEAST_KEEP.minutes, MINUTES_A_SECOND * keep.seconds)
  const problems = [
    ['KEEP_SECONDS', keep.seconds, LEAST_KEEP.seconds, ''] as const,
    ['KEEP_MINUTES', keep.minutes, leastMinutes, ', four times KEEP_SECONDS'] as const,
    ['KEEP_HOURS', keep.hours, keep.minutes + HOUR_MS, ', longer than KEEP_MINUTES'] as const,
  ].flatMap(([name, ms, least, why]) => {
    if (ms < least) return [`${name} must be at least ${durationText(least)}${why}`]
    return ms > MOST_KEEP_MS ? [`${name} must be at most ${durationText(MOST_KEEP_MS)}`] : []
  })
  if (problems.length > 0) throw new SetupError(problems.join('\n'))
  return keep
}

const ownCatalog = (file: string | undefined): KpiFile =>
  readKpiFile(path.resolve(file ?? KPI_FILE), { optional: file === undefined })

function streamConfig(env: Environment): StreamConfig {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION
  if (env.KINESIS_STREAM === undefined) {
    if (env.KINESIS_ENDPOINT !== undefined) {
      throw new SetupError(
        'KINESIS_ENDPOINT is set but KINESIS_STREAM is not: name the stream to read',
      )
    }
    return {
      kind: 'embedded',
      name: EMBEDDED_STREAM,
      region: EMBEDDED_REGION,
      port: env.EMBEDDED_KINESIS_PORT,
    }
  }
  return { kind: 'kinesis', name: env.KINESIS_STREAM, region, endpoint: env.KINESIS_ENDPOINT }
}

function startAt(text: string | undefined, embedded: boolean): StartAt {
  const value = (text ?? (embedded ? 'trim_horizon' : 'latest')).trim()
  const word = value.toLowerCase()
  if (word === 'trim_horizon' || word === 'latest') return { kind: word }
  const at = parseTime(value)
  if (at === undefined) {
    throw new SetupError(
      'START_AT must be trim_horizon, latest, or an RFC 3339 time such as 2026-01-31T09:00:00Z',
    )
  }
  return { kind: 'time', at }
}

/** Without sign-in, anyone who can reach the port could read and change everything. */
function loopbackHost(host: string): string {
  const loopback =
    host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
  if (!loopback) {
    throw new SetupError(
      `HOST=${host} would let other machines in, and there is no sign-in yet: leave HOST at 127.0.0.1 and reach it from afar through an SSH tunnel`,
    )
  }
  return host
}

function refuseNotYet(env: Environment): void {
  if (env.ROLE !== 'all') throw new SetupError('ROLE: only "all" is there so far; unset it')
  if (env.DATABASE_URL !== undefined) {
    throw new SetupError('DATABASE_URL: the store is SQLite under DATA_DIR so far; unset it')
  }
  if (env.REDIS_URL !== undefined) {
    throw new SetupError('REDIS_URL: frames stay in one process so far; unset it')
  }
}

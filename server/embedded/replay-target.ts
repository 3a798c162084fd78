import { realpathSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { EMBEDDED_REGION, EMBEDDED_STREAM } from '../config.ts'
import { SetupError } from '../platform/errors.ts'
import type { ProducerTarget } from './producer-client.ts'
import type { ReplayOptions } from './replay-options.ts'

/** What of `GET /api/v1/stream` matters here. */
const streamAnswer = z.object({
  name: z.string(),
  region: z.string().nullish(),
  endpoint: z.string().nullable(),
  embedded: z.boolean(),
  /** Other versions do not say it. */
  dataDir: z.string().optional(),
})

/** GETs JSON; undefined: nobody answered, or not with JSON. */
export type Ask = (url: string) => Promise<unknown>

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where the log goes: to the stream that was named, else to the embedded stream of the Kinesight that runs here on the
 * data folder of `env`. Neither a real stream nor that of another folder is ever written to unless it was named.
 */
export async function findTarget(
  options: Pick<ReplayOptions, 'stream' | 'endpoint' | 'region'>,
  env: Environment,
  ask: Ask,
): Promise<ProducerTarget> {
  const region = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined)
  if (options.endpoint !== undefined) {
    return {
      streamName: options.stream ?? EMBEDDED_STREAM,
      region: region ?? EMBEDDED_REGION,
      endpoint: options.endpoint,
      anyCredentials: isLoopback(options.endpoint) && !env.AWS_ACCESS_KEY_ID && !env.AWS_PROFILE,
    }
  }
  if (options.stream !== undefined) {
    if (region === undefined) {
      throw new SetupError(
        `--stream ${options.stream} is on Amazon Kinesis, in which region? Give --region (or AWS_REGION), or --endpoint for one that is elsewhere`,
      )
    }
    return { streamName: options.stream, region, endpoint: undefined, anyCredentials: false }
  }
  return embeddedStream(env, ask)
}

/** Where the Kinesight is looked for that runs on this machine, such as http://127.0.0.1:3000 */
export const originOf = (env: Environment): string => `http://127.0.0.1:${env.PORT || 3000}`

async function embeddedStream(env: Environment, ask: Ask): Promise<ProducerTarget> {
  const origin = originOf(env)
  const answer = streamAnswer.safeParse(await ask(`${origin}/api/v1/stream`))
  if (!answer.success) {
    throw new SetupError(
      `No Kinesight that is ready answers at ${origin}: start one (npm start), set PORT to that of one that runs, or name the stream with --endpoint`,
    )
  }
  const { name, region, endpoint, embedded, dataDir } = answer.data
  if (!embedded) {
    const place = endpoint === null ? `--region ${region}` : `--endpoint ${endpoint}`
    throw new SetupError(
      `The Kinesight at ${origin} reads ${name}, which is not an embedded stream. To put a log on it, say so: --stream ${name} ${place}`,
    )
  }
  if (endpoint === null) {
    throw new SetupError(`The Kinesight at ${origin} is still starting: try again in a moment`)
  }
  const wanted = path.resolve(env.DATA_DIR || './data')
  if (dataDir === undefined || !isSameFolder(dataDir, wanted)) {
    const has =
      dataDir === undefined
        ? 'does not say which data folder it has, as another version does'
        : `has the data folder ${dataDir}`
    throw new SetupError(
      `Nothing was put: the Kinesight at ${origin} ${has}, and DATA_DIR is ${wanted}. To put the log on its stream ${name} all the same, say so: --endpoint ${endpoint}. For another Kinesight set PORT and DATA_DIR as it was started with`,
    )
  }
  return { streamName: name, region: EMBEDDED_REGION, endpoint, anyCredentials: true }
}

/** A folder may have several paths. */
const isSameFolder = (one: string, other: string): boolean => realPath(one) === realPath(other)

function realPath(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

const isLoopback = (endpoint: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(endpoint).hostname)

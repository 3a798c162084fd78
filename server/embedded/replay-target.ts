import { z } from 'zod'
import { DEFAULT_EMBEDDED_PORT, EMBEDDED_REGION, EMBEDDED_STREAM } from '../config.ts'
import { SetupError } from '../platform/errors.ts'
import type { ProducerTarget } from './producer-client.ts'
import type { ReplayOptions } from './replay-options.ts'

/** What of `GET /api/v1/stream` matters here. */
const streamAnswer = z.object({
  name: z.string(),
  region: z.string().nullish(),
  endpoint: z.string().nullable(),
  embedded: z.boolean(),
})

/** GETs JSON; undefined: nobody answered, or not with JSON. */
export type Ask = (url: string) => Promise<unknown>

/**
 * Where the log goes: to the stream that was named, else to the embedded stream of the Kinesight that
 * runs here. A real stream is never written to unless it was named.
 */
export async function findTarget(
  options: Pick<ReplayOptions, 'stream' | 'endpoint' | 'region'>,
  env: Readonly<Record<string, string | undefined>>,
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

async function embeddedStream(
  env: Readonly<Record<string, string | undefined>>,
  ask: Ask,
): Promise<ProducerTarget> {
  const answer = streamAnswer.safeParse(
    await ask(`http://127.0.0.1:${env.PORT || 3000}/api/v1/stream`),
  )
  if (answer.success && !answer.data.embedded) {
    const { name, region, endpoint } = answer.data
    const place = endpoint === null ? `--region ${region}` : `--endpoint ${endpoint}`
    throw new SetupError(
      `The Kinesight that runs here reads ${name}, which is not an embedded stream. To put a log on it, say so: --stream ${name} ${place}`,
    )
  }
  const known = answer.success ? answer.data : undefined
  return {
    streamName: known?.name ?? EMBEDDED_STREAM,
    region: EMBEDDED_REGION,
    endpoint:
      known?.endpoint ?? `http://127.0.0.1:${env.EMBEDDED_KINESIS_PORT || DEFAULT_EMBEDDED_PORT}`,
    anyCredentials: true,
  }
}

const isLoopback = (endpoint: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(endpoint).hostname)

import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { sleep } from './product.mjs'

/** What PutRecords takes at once. */
const MAX_RECORDS = 500

// That later versions of the SDK need a newer Node is no news for who measures.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

export function sdkClient({ endpoint }) {
  return new KinesisClient({
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 16 } }),
  })
}

/**
 * Puts `rate` records a second, without waiting for answers; `make(n, now)` makes the nth, `now` is when its call
 * begins. Resolves with how many there were. Rejects where the stream refuses one.
 */
export async function putSteadily(client, StreamName, { rate, forMs, tickMs, make }) {
  const startedAt = performance.now()
  const puts = new Set()
  let made = 0
  let refused
  while (performance.now() - startedAt < forMs && refused === undefined) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * rate)
    while (made < due) {
      const now = performance.now()
      const size = Math.min(due - made, MAX_RECORDS)
      const Records = Array.from({ length: size }, () => make(made++, now))
      const answered = client
        .send(new PutRecordsCommand({ StreamName, Records }))
        .then(({ FailedRecordCount }) => {
          if (FailedRecordCount !== 0) throw new Error('the stream refused records')
        })
        .catch((error) => {
          refused ??= error
        })
        .finally(() => puts.delete(answered))
      puts.add(answered)
    }
    await sleep(tickMs)
  }
  await Promise.all(puts)
  if (refused !== undefined) throw refused
  return made
}

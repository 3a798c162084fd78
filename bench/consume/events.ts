/** A made-up shop's events of about 265 bytes: what `bench:consume` puts and reads. */

const TYPES = ['page_view', 'page_view', 'page_view', 'ad_request', 'ad_impression', 'ad_click']
const DEVICES = ['desktop', 'mobile', 'tablet']
const COUNTRIES = ['DE', 'FR', 'US', 'GB', 'ES', 'IT', 'NL', 'PL']

/** Linear congruential (Numerical Recipes): the same events in every run. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** `count` events whose times end at `endMs`, 1,000 of them a second and shard: as many as it takes. */
export function* shopEvents(
  shard: number,
  { count, endMs }: { count: number; endMs: number },
): Generator<{ partitionKey: string; data: Uint8Array }> {
  const next = random(shard + 1)
  const upTo = (n: number) => Math.floor(next() * n)
  const hex = () =>
    Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  for (let n = 0; n < count; n++) {
    const visitor = `v-${upTo(50_000)}`
    const type = TYPES[upTo(TYPES.length)] as string
    const event = {
      id: `${hex()}-${hex()}-${shard}-${n}`,
      type,
      time: new Date(endMs - (count - n)).toISOString(),
      visitor,
      session: `s-${upTo(80_000)}`,
      page: `/products/${upTo(2_000)}`,
      account: `account-${upTo(50)}`,
      campaign: `campaign-${upTo(200)}`,
      country: COUNTRIES[upTo(COUNTRIES.length)],
      device: DEVICES[upTo(DEVICES.length)],
      ...(type === 'ad_click' && { cost: `0.${100 + upTo(900)}` }),
    }
    yield { partitionKey: visitor, data: Buffer.from(JSON.stringify(event)) }
  }
}

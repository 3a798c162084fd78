/** What a site puts, one event a record of about 265 bytes: what `bench:consume` reads. */

const DEVICES = ['desktop', 'mobile', 'tablet']
const COUNTRIES = ['DE', 'FR', 'US', 'GB', 'ES', 'IT', 'NL', 'PL']
const PLACEMENTS = ['top-728x90', 'side-300x250', 'in-feed', 'footer']

/** Linear congruential (Numerical Recipes): the same events in every run. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * `count` events whose times end at `endMs`, 1,000 of them a second and shard: as many as it takes. 50,000 visitors,
 * 2,000 pages, 200 campaigns of 50 accounts; half are page views, the others ads and requests.
 */
export function* siteEvents(
  shard: number,
  { count, endMs }: { count: number; endMs: number },
): Generator<{ partitionKey: string; data: Uint8Array }> {
  const next = random(shard + 1)
  const upTo = (n: number) => Math.floor(next() * n)
  const one = (words: readonly string[]) => words[upTo(words.length)] as string
  const hex = () =>
    upTo(2 ** 32)
      .toString(16)
      .padStart(8, '0')
  for (let n = 0; n < count; n++) {
    const visitor = `visitor-${upTo(50_000)}`
    const common = {
      id: `${hex()}-${hex()}-${hex()}-${hex()}`,
      time: new Date(endMs - (count - n)).toISOString(),
      visitor,
      session: `${visitor}-${upTo(4)}`,
      page: `/products/shoes/${upTo(2_000)}`,
    }
    const where = { country: one(COUNTRIES), device: one(DEVICES) }
    const event = { ...common, ...where, ...what(upTo(100), upTo, one) }
    yield { partitionKey: visitor, data: Buffer.from(JSON.stringify(event)) }
  }
}

function what(
  percent: number,
  upTo: (n: number) => number,
  one: (words: readonly string[]) => string,
): object {
  if (percent < 50) {
    return { type: 'page_view', referrer: `https://www.site-${upTo(40)}.example/`, title: 'Shoes' }
  }
  if (percent < 65)
    return { type: 'request', status: upTo(100) === 0 ? 500 : 200, duration_ms: upTo(900) }
  const campaign = upTo(200)
  const ad = {
    account: `account-${campaign % 50}`,
    campaign: `campaign-${campaign}`,
    placement: one(PLACEMENTS),
  }
  if (percent < 80) return { type: 'ad_request', placement: ad.placement }
  if (percent < 98) return { type: 'ad_impression', ...ad, cost: `0.00${100 + upTo(900)}` }
  return { type: 'ad_click', ...ad }
}

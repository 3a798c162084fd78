/** What a site puts: 5,000 pages, the nth comes 1/n as often as the first (Zipf), 50,000 visitors, 200 campaigns. */
const PAGES = 5_000
const VISITORS = 50_000

/** The nth event, without id and time; equal for equal `n`. */
export function siteEvent(n: number): object {
  const draw = (salt: number) => uniform(n * 16 + salt)
  const upTo = (salt: number, count: number) => Math.floor(draw(salt) * count)
  const campaign = upTo(3, 200)
  return {
    type: ['page_view', 'page_view', 'ad_request', 'ad_impression', 'ad_click', 'request'][n % 6],
    visitor: `visitor-${upTo(1, VISITORS)}`,
    page: `/products/shoes/${Math.floor(PAGES ** draw(2))}`,
    referrer: `https://site-${upTo(4, 40)}.example/`,
    account: `account-${campaign % 50}`,
    campaign: `campaign-${campaign}`,
    placement: `slot-${upTo(5, 20)}`,
    device: ['desktop', 'mobile', 'tablet'][upTo(6, 3)],
    country: ['US', 'DE', 'JP', 'BR', 'FR', 'GB', 'ES', 'IT'][upTo(7, 8)],
    cost: `0.00${100 + upTo(8, 900)}`,
    status: upTo(9, 50) === 0 ? 500 : 200,
    duration_ms: 5 + upTo(10, 900),
  }
}

/** In [0, 1), by the finisher of MurmurHash3 (Appleby 2011). */
function uniform(n: number): number {
  let mixed = Math.imul(n ^ (n >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

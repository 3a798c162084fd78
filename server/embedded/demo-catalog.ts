import { type Micros, micros } from '../../lib/money.ts'

/** The made-up shop that the demo traffic visits. */

export type PageKind =
  | 'home'
  | 'category'
  | 'product'
  | 'guide'
  | 'search'
  | 'cart'
  | 'checkout'
  | 'thanks'

export interface ShopPage {
  kind: PageKind
  path: string
  title: string
  /** Of a product. */
  priceCents?: number
  /** How often it is chosen among its kind. */
  weight: number
}

const CATEGORIES: Record<string, readonly (readonly [name: string, priceCents: number])[]> = {
  tents: [
    ['Ridgeline 2 tent', 18_900],
    ['Basecamp 4 tent', 32_900],
    ['Feather tarp', 7_900],
  ],
  'sleeping-bags': [
    ['Northwall down bag', 21_900],
    ['Summer quilt', 8_900],
    ['Trail mat', 4_900],
  ],
  boots: [
    ['Granite hiking boots', 16_900],
    ['Creek trail shoes', 9_900],
    ['Hut slippers', 3_900],
    ['Winter pac boots', 14_900],
  ],
  jackets: [
    ['Squall rain jacket', 12_900],
    ['Ember down jacket', 17_900],
    ['Breeze windshell', 6_900],
  ],
  stoves: [
    ['Spark gas stove', 5_900],
    ['Titan pot set', 4_900],
    ['Camp kettle', 2_900],
  ],
  lights: [
    ['Beacon headlamp', 3_900],
    ['Lantern mini', 2_400],
  ],
}

const slug = (name: string): string => name.toLowerCase().replaceAll(' ', '-')
const titled = (words: string): string =>
  words.charAt(0).toUpperCase() + words.slice(1).replaceAll('-', ' ')

const page = (kind: PageKind, path: string, title: string, weight = 1): ShopPage => ({
  kind,
  path,
  title,
  weight,
})

export const PAGES: Record<PageKind, readonly ShopPage[]> = {
  home: [page('home', '/', 'Outpost: gear for outside')],
  category: Object.keys(CATEGORIES).map((name, index) =>
    page('category', `/c/${name}`, titled(name), 6 / (index + 2)),
  ),
  product: Object.values(CATEGORIES)
    .flat()
    .map(([name, priceCents], index) => ({
      ...page('product', `/p/${slug(name)}`, name, 10 / (((index * 7) % 18) + 3)),
      priceCents,
    })),
  guide: [
    page('guide', '/guides/choosing-a-tent', 'How to choose a tent', 3),
    page('guide', '/guides/layering', 'Layering for cold days', 2),
    page('guide', '/guides/boot-care', 'Looking after boots'),
  ],
  search: [page('search', '/search', 'Search')],
  cart: [page('cart', '/cart', 'Your cart')],
  checkout: [page('checkout', '/checkout', 'Checkout')],
  thanks: [page('thanks', '/checkout/thanks', 'Thank you')],
}

type Step = readonly [to: PageKind | 'leave', probability: number]

/** Where a visitor goes from a page of each kind; probabilities of a row add up to 1. */
export const STEPS: Record<PageKind, readonly Step[]> = {
  home: [
    ['category', 0.46],
    ['product', 0.2],
    ['search', 0.12],
    ['guide', 0.04],
    ['leave', 0.18],
  ],
  category: [
    ['product', 0.62],
    ['category', 0.12],
    ['home', 0.05],
    ['leave', 0.21],
  ],
  search: [
    ['product', 0.62],
    ['search', 0.12],
    ['leave', 0.26],
  ],
  product: [
    ['product', 0.3],
    ['category', 0.21],
    ['cart', 0.09],
    ['leave', 0.4],
  ],
  guide: [
    ['product', 0.24],
    ['guide', 0.2],
    ['home', 0.11],
    ['leave', 0.45],
  ],
  cart: [
    ['checkout', 0.5],
    ['product', 0.2],
    ['leave', 0.3],
  ],
  checkout: [
    ['thanks', 0.6],
    ['cart', 0.1],
    ['leave', 0.3],
  ],
  thanks: [
    ['home', 0.12],
    ['leave', 0.88],
  ],
}

export const LANDINGS: readonly (readonly [PageKind, number])[] = [
  ['home', 0.42],
  ['product', 0.28],
  ['category', 0.18],
  ['guide', 0.12],
]

/** Ad places on a page of each kind. */
export const PLACEMENTS: Record<PageKind, readonly string[]> = {
  home: ['home-hero', 'home-feed'],
  category: ['category-top', 'category-list'],
  search: ['search-top', 'search-list'],
  product: ['product-side', 'product-related'],
  guide: ['guide-inline', 'guide-side'],
  cart: ['cart-bottom'],
  checkout: [],
  thanks: ['thanks-banner'],
}

/** Median time to answer, ms. */
export const ANSWER_MS: Record<PageKind, number> = {
  home: 45,
  category: 80,
  search: 150,
  product: 60,
  guide: 35,
  cart: 70,
  checkout: 220,
  thanks: 90,
}

/** What pages call while they are looked at: path, median ms. */
export const API_CALLS: readonly (readonly [path: string, medianMs: number])[] = [
  ['/api/stock', 25],
  ['/api/recommendations', 110],
  ['/api/reviews', 60],
]

/** What goes wrong now and then: requests for this fail, or nobody comes from there. */
export const FAULTY_PATH = '/api/recommendations'
export const SILENT_COUNTRY = 'DE'

/** null: typed in, or from a bookmark. */
export const REFERRERS: readonly (readonly [url: string | null, weight: number])[] = [
  ['https://www.google.com/', 38],
  [null, 27],
  ['https://www.instagram.com/', 9],
  ['https://www.bing.com/', 6],
  ['https://duckduckgo.com/', 5],
  ['https://www.reddit.com/r/camping/', 5],
  ['https://news.trailpost.example/weekly', 4],
  ['https://www.youtube.com/', 3],
  ['https://hutlife.example/best-tents', 3],
]

export const COUNTRIES: readonly (readonly [code: string, weight: number])[] = [
  ['US', 36],
  ['DE', 14],
  ['GB', 12],
  ['FR', 8],
  ['CA', 7],
  ['NL', 5],
  ['SE', 4],
  ['AU', 4],
  ['ES', 3],
  ['JP', 3],
  ['BR', 2],
  ['PL', 2],
]

export const DEVICES: readonly (readonly [device: string, weight: number])[] = [
  ['mobile', 56],
  ['desktop', 38],
  ['tablet', 6],
]

export interface Campaign {
  account: string
  name: string
  ads: readonly string[]
  currency: string
  /** What one impression or one click costs, in the middle. */
  price: { per: 'impression' | 'click'; micros: Micros }
  /** Its share of impressions. */
  weight: number
  /** Clicks per impression. */
  ctr: number
  /** Conversions per click. */
  conversion: number
}

export const SURGING_ACCOUNT = 'acme'
export const SURGING_CAMPAIGN = 'acme-spring-sale'

function campaign(
  name: string,
  price: { per: 'impression' | 'click'; of: number },
  rest: { weight: number; ctr: number; conversion: number; currency?: string; ads?: number },
): Campaign {
  return {
    account: name.split('-')[0] as string,
    name,
    ads: Array.from({ length: rest.ads ?? 2 }, (_, index) => `${name}-${index + 1}`),
    currency: rest.currency ?? 'USD',
    price: { per: price.per, micros: micros(BigInt(price.of)) },
    weight: rest.weight,
    ctr: rest.ctr,
    conversion: rest.conversion,
  }
}

const view = (of: number) => ({ per: 'impression', of }) as const
const click = (of: number) => ({ per: 'click', of }) as const

/** Prices in micro-units: 4,200 an impression is 4.20 per thousand. */
export const CAMPAIGNS: readonly Campaign[] = [
  campaign('acme-spring-sale', view(4_200), { weight: 14, ctr: 0.022, conversion: 0.07, ads: 3 }),
  campaign('acme-brand', view(2_600), { weight: 8, ctr: 0.011, conversion: 0.04 }),
  campaign('acme-retargeting', view(5_400), { weight: 3, ctr: 0.034, conversion: 0.12 }),
  campaign('borealis-airlines', click(420_000), { weight: 12, ctr: 0.018, conversion: 0.05 }),
  campaign('borealis-loyalty', view(3_100), { weight: 9, ctr: 0.014, conversion: 0.06 }),
  campaign('kestrel-cameras', click(310_000), { weight: 10, ctr: 0.026, conversion: 0.09, ads: 3 }),
  campaign('kestrel-lenses', click(240_000), { weight: 7, ctr: 0.023, conversion: 0.08 }),
  campaign('lumen-energy', view(6_200), { weight: 8, ctr: 0.012, conversion: 0.03 }),
  campaign('lumen-solar', click(650_000), { weight: 5, ctr: 0.016, conversion: 0.04 }),
  campaign('hansa-ferries', view(3_800), {
    weight: 9,
    ctr: 0.019,
    conversion: 0.06,
    currency: 'EUR',
  }),
  campaign('hansa-islands', click(280_000), {
    weight: 6,
    ctr: 0.024,
    conversion: 0.08,
    currency: 'EUR',
  }),
]

import type { EventInput } from '../../lib/event.ts'
import { micros, moneyText } from '../../lib/money.ts'
import { auction, price, type WonAd } from './demo-ads.ts'
import {
  ANSWER_MS,
  API_CALLS,
  LANDINGS,
  PAGES,
  type PageKind,
  PLACEMENTS,
  type ShopPage,
  STEPS,
} from './demo-catalog.ts'
import { type Rhythm, rhythmAt } from './demo-rhythm.ts'
import { someReferrer, someVisitor, type Visitor } from './demo-visitor.ts'
import {
  between,
  chance,
  logNormal,
  poisson,
  type Random,
  seededRandom,
  weighted,
} from './random.ts'

/** What happened together, put as one record. */
export interface DemoRecord {
  at: number
  partitionKey: string
  events: EventInput[]
}

export interface DemoShop {
  /** What happened in [from, to). Call with adjoining spans, each at most a few seconds long. */
  tick(from: number, to: number): DemoRecord[]
}

interface Visit {
  visitor: Visitor
  session: string
  page: ShopPage
  /** Only for the page they came in by. */
  referrer: string | null
  basketCents: number
  /** The partition key is the page: a crowd on one page makes one hot shard. */
  crowd: boolean
}

type Task =
  | { kind: 'page'; at: number; visit: Visit }
  | { kind: 'click'; at: number; visit: Visit; page: ShopPage; placement: string; won: WonAd }
  | { kind: 'conversion'; at: number; visit: Visit; won: WonAd }

const VISITS_PER_S = 7.3
/** Share of requests that fail on the server, always. */
const FAILING = 0.002
/** A path that fails is as much slower. */
const SLOW_TIMES = 3
const CROWD_VISITS_PER_S = 14
const WARM_UP_MS = 150_000
/** The events of one page come over this long; they are given out once all of them have happened. */
const PAGE_TAKES_MS = 600

/**
 * The made-up shop. The same seed, start and spans give the same events, so a tick is a pure function of
 * them. Ids carry the start: another run makes other events. About 150 events a second on average.
 */
export function createDemoShop(options: { seed: number; startedAt: number }): DemoShop {
  const { seed, startedAt } = options
  const random = seededRandom(seed)
  const run = startedAt.toString(36)
  let count = 0
  let visits = 0
  let agenda: Task[] = []
  const nextId = () => `d${run}-${(count++).toString(36)}`

  function someVisit(at: number, page: ShopPage, crowd: boolean): Task {
    visits += 1
    const visit: Visit = {
      visitor: someVisitor(seed, random),
      session: `s${run}-${visits.toString(36)}`,
      page,
      referrer: crowd ? 'https://www.reddit.com/r/camping/' : someReferrer(random),
      basketCents: 0,
      crowd,
    }
    return { kind: 'page', at, visit }
  }

  function arrivals(from: number, to: number, rhythm: Rhythm): void {
    const seconds = (to - from) / 1_000
    for (let n = poisson(random, VISITS_PER_S * rhythm.load * seconds); n > 0; n -= 1) {
      const kind = weighted(random, LANDINGS, ([, weight]) => weight)[0]
      agenda.push(someVisit(between(random, from, to), somePage(random, kind), false))
    }
    if (rhythm.hotPage === undefined) return
    const hot = PAGES.product[Math.floor(rhythm.hotPage * PAGES.product.length)] as ShopPage
    for (let n = poisson(random, CROWD_VISITS_PER_S * seconds); n > 0; n -= 1) {
      agenda.push(someVisit(between(random, from, to), hot, true))
    }
  }

  function pageLoad(at: number, visit: Visit, rhythm: Rhythm): DemoRecord {
    const { page, visitor } = visit
    const status = someStatus(random, FAILING)
    const answerMs = Math.min(30_000, logNormal(random, ANSWER_MS[page.kind], 0.55))
    const by = byVisitor(visit)
    const events: EventInput[] = [
      request(nextId(), Math.floor(at), page.path, status, answerMs, visitor),
    ]
    const shown = Math.floor(at + Math.min(answerMs, PAGE_TAKES_MS / 2))
    if (status < 400) {
      events.push({
        id: nextId(),
        type: 'page_view',
        time: shown,
        ...by,
        page: page.path,
        title: page.title,
        ...(visit.referrer !== null && { referrer: visit.referrer }),
      })
      for (const placement of PLACEMENTS[page.kind]) {
        events.push(...adPlace(shown, visit, placement, rhythm))
      }
      for (const [path, medianMs] of API_CALLS) {
        if (!chance(random, 0.22)) continue
        events.push(apiCall(shown + 50, { path, medianMs }, visitor, rhythm))
      }
      if (page.kind === 'product' && chance(random, 0.3)) visit.basketCents += page.priceCents ?? 0
      if (page.kind === 'thanks') events.push(purchase(shown, visit))
    }
    follow(at, visit, status < 400)
    return record(at, visit, events)
  }

  function apiCall(
    at: number,
    { path, medianMs }: { path: string; medianMs: number },
    visitor: Visitor,
    { fault }: Rhythm,
  ): EventInput {
    const share = fault?.kind === 'path_fails' && fault.path === path ? fault.share : 0
    const callMs = logNormal(random, medianMs * (share > 0 ? SLOW_TIMES : 1), 0.6)
    return request(
      nextId(),
      at,
      path,
      someStatus(random, Math.max(FAILING, share)),
      callMs,
      visitor,
    )
  }

  function adPlace(at: number, visit: Visit, placement: string, rhythm: Rhythm): EventInput[] {
    const place = { ...byVisitor(visit), page: visit.page.path, placement }
    const asked: EventInput = { id: nextId(), type: 'ad_request', time: at + 20, ...place }
    const won = auction(random, rhythm.surge)
    if (won === undefined) return [asked]
    if (chance(random, won.campaign.ctr)) {
      const clickAt = at + between(random, 1_500, 9_000)
      agenda.push({ kind: 'click', at: clickAt, visit, page: visit.page, placement, won })
    }
    const impression: EventInput = {
      id: nextId(),
      type: 'ad_impression',
      time: at + 120,
      ...place,
      ...ofCampaign(won),
      ...won.paid,
    }
    return [asked, impression]
  }

  function adClick(task: Task & { kind: 'click' }): DemoRecord {
    const { at, visit, won } = task
    if (chance(random, won.campaign.conversion)) {
      agenda.push({ kind: 'conversion', at: at + between(random, 8_000, 70_000), visit, won })
    }
    const click: EventInput = {
      id: nextId(),
      type: 'ad_click',
      time: Math.floor(at),
      ...byVisitor(visit),
      page: task.page.path,
      placement: task.placement,
      ...ofCampaign(won),
      ...price(won.campaign, 'click', random, 0),
    }
    return record(at, visit, [click])
  }

  function conversion({ at, visit, won }: Task & { kind: 'conversion' }): DemoRecord {
    const time = Math.floor(at)
    return record(at, visit, [
      { id: nextId(), type: 'conversion', time, ...byVisitor(visit), ...ofCampaign(won) },
    ])
  }

  function purchase(at: number, visit: Visit): EventInput {
    const cents = visit.basketCents > 0 ? visit.basketCents : 4_900
    visit.basketCents = 0
    const revenue = moneyText(micros(BigInt(cents) * 10_000n))
    return { id: nextId(), type: 'purchase', time: at + 40, ...byVisitor(visit), revenue }
  }

  /** Where they go next, and when. */
  function follow(at: number, visit: Visit, answered: boolean): void {
    const next = answered ? weighted(random, STEPS[visit.page.kind], ([, p]) => p)[0] : 'leave'
    if (next === 'leave' || (visit.crowd && chance(random, 0.8))) return
    const dwellMs = Math.min(120_000, 2_500 + logNormal(random, 8_000, 0.8))
    const onward: Visit = { ...visit, page: somePage(random, next), referrer: null, crowd: false }
    agenda.push({ kind: 'page', at: at + dwellMs, visit: onward })
  }

  function perform(task: Task, rhythm: Rhythm): DemoRecord[] {
    if (isSilent(task.visit, rhythm)) return []
    switch (task.kind) {
      case 'page':
        return [pageLoad(task.at, task.visit, rhythm)]
      case 'click':
        return [adClick(task)]
      case 'conversion':
        return [conversion(task)]
    }
  }

  function tick(from: number, to: number): DemoRecord[] {
    const until = to - PAGE_TAKES_MS
    arrivals(from - PAGE_TAKES_MS, until, rhythmAt(seed, startedAt, until))
    const due = agenda.filter((task) => task.at < until).sort((a, b) => a.at - b.at)
    agenda = agenda.filter((task) => task.at >= until)
    return due.flatMap((task) => perform(task, rhythmAt(seed, startedAt, task.at)))
  }

  // The shop is open already: people are in the middle of their visits.
  for (let at = startedAt - WARM_UP_MS; at < startedAt; at += 1_000) tick(at, at + 1_000)
  return { tick }
}

const somePage = (random: Random, kind: PageKind): ShopPage =>
  weighted(random, PAGES[kind], (candidate) => candidate.weight)

const isSilent = ({ visitor }: Visit, { fault }: Rhythm): boolean =>
  fault?.kind === 'country_silent' && visitor.country === fault.country

const byVisitor = ({ visitor, session }: Visit) => ({
  visitor: visitor.id,
  session,
  country: visitor.country,
  device: visitor.device,
})

const ofCampaign = ({ campaign, ad }: WonAd) => ({
  account: campaign.account,
  campaign: campaign.name,
  ad,
})

function request(
  id: string,
  time: number,
  path: string,
  status: number,
  durationMs: number,
  visitor: Visitor,
): EventInput {
  return {
    id,
    type: 'request',
    time,
    visitor: visitor.id,
    page: path,
    country: visitor.country,
    device: visitor.device,
    status,
    duration_ms: Math.round(durationMs * 10) / 10,
  }
}

function someStatus(random: Random, failing: number): number {
  if (chance(random, failing)) return weighted(random, [503, 500, 504], (n) => (n === 503 ? 6 : 1))
  if (chance(random, 0.006)) return 404
  return chance(random, 0.05) ? 304 : 200
}

const record = (at: number, visit: Visit, events: EventInput[]): DemoRecord => ({
  at,
  partitionKey: visit.crowd ? visit.page.path : visit.visitor.id,
  events,
})

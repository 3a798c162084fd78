import { SECOND_MS } from '../../../../lib/time.ts'
import { addressIn, firstPublic } from './address.ts'
import { type Misfit, misfit } from './misfit.ts'

/** What follows the user agent, or the size where a line ends with that. */
export interface Rest {
  kind: 'rest'
  /** It says whom the request was forwarded for. */
  forwarded: boolean
  /** Of these the first public address. */
  forwardedFor: string | undefined
  durationMs: number | undefined
  /** Of Traefik. */
  router: string | undefined
  server: string | undefined
  /** There are fields that are not known: they were passed over. */
  hasMore: boolean
}

export const NO_REST: Rest = {
  kind: 'rest',
  forwarded: false,
  forwardedFor: undefined,
  durationMs: undefined,
  router: undefined,
  server: undefined,
  hasMore: false,
}

/** It begins with the blank before the first of its fields. */
export function readRest(text: string): Rest | Misfit {
  if (ANOTHER_LINE.test(text)) return misfit('what follows', 'no further line', text.trim())
  const fields = fieldsOf(text)
  if (fields === undefined) {
    return misfit('what follows', 'fields with a blank before each, and quotes closed', text.trim())
  }
  return fields.length === 0 ? NO_REST : (traefikRest(fields) ?? restOf(fields))
}

/** The line's end was lost. */
const ANOTHER_LINE = / \[\d\d\/[A-Z][a-z]{2}\/\d{4}:[^\]]{0,40}\] "/

/** Words, which may hold quoted texts with blanks: `"a b"`, `c`, `d="e f"`. undefined: a quote is not closed. */
function fieldsOf(text: string): string[] | undefined {
  const fields: string[] = []
  let from = 0
  let isQuoted = false
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at]
    if (letter === '"') isQuoted = !isQuoted
    else if (letter === '\\' && isQuoted) at++
    else if (at === text.length || (letter === ' ' && !isQuoted)) {
      if (at > from) fields.push(text.slice(from, at))
      from = at + 1
    }
  }
  const isWhole = !isQuoted && (text === '' || text.startsWith(' '))
  return isWhole ? fields : undefined
}

const isNothing = (field: string): boolean => field === '-' || field === '"-"' || field === '""'

const unquoted = (field: string): string =>
  field.length > 1 && field.startsWith('"') && field.endsWith('"') ? field.slice(1, -1) : field

/** The number of requests so far, which says nothing of this one, `"router" "http://10.0.0.5:80" 210ms`. */
function traefikRest(fields: readonly string[]): Rest | undefined {
  const [count = '', router = '', server = '', duration = ''] = fields
  const isTraefik =
    fields.length === 4 &&
    /^\d+$/.test(count) &&
    /^".*"$/.test(router) &&
    /^"(?:-|\w+:\/\/.*)?"$/.test(server) &&
    /^\d+ms$/.test(duration)
  if (!isTraefik) return undefined
  return {
    ...NO_REST,
    durationMs: durationOf(duration),
    router: isNothing(router) ? undefined : unquoted(router),
    server: isNothing(server) ? undefined : unquoted(server),
  }
}

function restOf(fields: readonly string[]): Rest {
  const [first = ''] = fields
  const way = first.startsWith('"') ? wayOf(unquoted(first)) : undefined
  let durationMs: number | undefined
  let unknown = way === undefined ? 0 : -1
  for (const field of fields) {
    const ms = durationOf(field)
    if (ms === undefined ? !isNothing(field) : durationMs !== undefined) unknown++
    // What a server behind this one took is a part of what the request took.
    if (ms !== undefined) durationMs = Math.max(ms, durationMs ?? 0)
  }
  return {
    ...NO_REST,
    forwarded: way !== undefined,
    forwardedFor: way === undefined ? undefined : firstPublic(way),
    durationMs,
    hasMore: unknown > 0,
  }
}

/** A forwarded-for header: addresses, and perhaps `unknown` among them. undefined: it is none. */
function wayOf(text: string): (string | undefined)[] | undefined {
  const hops = text.split(/, ?/)
  const addresses = hops.map(addressIn)
  const isWay = hops.every((hop, at) => addresses[at] !== undefined || /^(?:unknown|-)$/i.test(hop))
  return isWay && addresses.some((address) => address !== undefined) ? addresses : undefined
}

/** nginx's `$request_time`. The time of day, which it can write alike, has ten digits before the point. */
const SECONDS = /^(\d{1,6})\.(\d{3})$/
const WITH_UNIT = /^(\d{1,12}(?:\.\d{1,9})?)(us|µs|μs|ms|s)$/
const UNIT_US = { us: 1, µs: 1, μs: 1, ms: 1_000, s: 1_000_000 }
const US_IN_MS = 1_000

/**
 * In ms. A field is a duration where its unit stands behind it, or where it is seconds with three decimals. A bare whole
 * number is none: it is as often a size, a port, a number of requests, or a duration in any of three units.
 */
function durationOf(field: string): number | undefined {
  const text = unquoted(field)
  const [, seconds, millis] = SECONDS.exec(text) ?? []
  if (seconds !== undefined) return Number(seconds) * SECOND_MS + Number(millis)
  const [, amount, unit] = WITH_UNIT.exec(text) ?? []
  if (amount === undefined) return undefined
  return Math.round(Number(amount) * UNIT_US[unit as keyof typeof UNIT_US]) / US_IN_MS
}

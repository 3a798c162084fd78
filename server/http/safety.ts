import { isIP } from 'node:net'

/**
 * There is no sign-in, so whoever can make this machine's browser send a request must be kept out:
 * names that resolve here but are not ours (DNS rebinding), and pages of other origins.
 */
export interface RequestFacts {
  method: string
  area: Area
  host: string | undefined
  origin: string | undefined
  /** Sec-Fetch-Site and Sec-Fetch-Mode: browsers send them and pages cannot forge them. */
  fetchSite: string | undefined
  fetchMode: string | undefined
  contentType: string | undefined
  hasBody: boolean
}

/** `live` is the Socket.IO path. */
export type Area = 'page' | 'api' | 'live'

export type Verdict = { kind: 'allowed' } | { kind: 'refused'; status: number; detail: string }

const LIVE_PATH = '/socket.io/'
const OUTSIDE_API = ['/healthz', '/readyz', '/metrics']

export function areaOf(path: string): Area {
  if (path.startsWith(LIVE_PATH)) return 'live'
  if (path === '/api' || path.startsWith('/api/') || OUTSIDE_API.includes(path)) return 'api'
  return 'page'
}

/** `port` is the one we listen on. */
export function judge(facts: RequestFacts, port: number): Verdict {
  if (!ownHost(facts.host, port)) {
    return refused(
      421,
      `The Host header must name this machine's loopback address and port ${port}: open http://localhost:${port}`,
    )
  }
  if (facts.origin !== undefined && !ownOrigin(facts.origin, facts.host)) {
    return refused(
      403,
      `Requests from pages of another origin (${printable(facts.origin)}) are refused`,
    )
  }
  if (fromElsewhere(facts)) {
    return refused(403, 'Requests that another web page makes are refused')
  }
  if (needsJson(facts) && !isJson(facts.contentType)) {
    return refused(415, 'Send the body as JSON with the header content-type: application/json')
  }
  return { kind: 'allowed' }
}

const refused = (status: number, detail: string): Verdict => ({ kind: 'refused', status, detail })

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** A link from elsewhere may open a page, and nothing but a page. */
function fromElsewhere({ area, method, fetchSite, fetchMode }: RequestFacts): boolean {
  if (fetchSite !== 'cross-site' && fetchSite !== 'same-site') return false
  return area !== 'page' || fetchMode !== 'navigate' || !isRead(method)
}

/** What changes something here; no address takes another method than these and those that read. */
const CHANGES = ['POST', 'PUT', 'PATCH', 'DELETE']

/** Without it, a form of another page could send a body that only looks like JSON. */
function needsJson({ area, method, hasBody }: RequestFacts): boolean {
  if (area === 'live' || !CHANGES.includes(method)) return false
  return method !== 'DELETE' || hasBody
}

const isJson = (contentType: string | undefined): boolean =>
  contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json'

function ownHost(host: string | undefined, port: number): boolean {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(host ?? '')
  if (match === null || Number(match[2] ?? 80) !== port) return false
  return isLoopback((match[1] as string).toLowerCase())
}

function isLoopback(name: string): boolean {
  if (name === 'localhost' || name === '[::1]') return true
  return isIP(name) === 4 && name.startsWith('127.')
}

/** `null`, which sandboxed pages send, is no origin of ours either. */
const ownOrigin = (origin: string, host: string | undefined): boolean =>
  origin.toLowerCase() === `http://${host?.toLowerCase().replace(/:80$/, '')}`

const printable = (text: string): string => text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?')

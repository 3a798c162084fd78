import type { Device } from './device.ts'
import type { Front } from './front.ts'
import type { Rest } from './rest.ts'

/** What one line of a log says. undefined: it has no value for that. */
export interface LogLine {
  front: Front
  /** Epoch ms. */
  time: number
  /** undefined: what stands in place of the request is none. */
  method: string | undefined
  /** What stands in its place, where that is not nothing. */
  odd: string | undefined
  page: string | undefined
  /** The path is that of a page, not of a file that belongs to one. */
  isPage: boolean
  status: number | undefined
  /** Of the answer, in bytes; `NO_SIZE`: a dash stands there. */
  size: number
  referrer: string | undefined
  agent: string | undefined
  device: Device | undefined
  rest: Rest
}

export const NO_SIZE = -1

/** Where the line says whom a request was forwarded for, its client is the last hop of that way. */
export const visitorOf = ({ front, rest }: LogLine): string | undefined =>
  rest.forwarded ? (rest.forwardedFor ?? front.publicVisitor) : front.visitor

/** Whether the visitor got to see a page: it was asked for by GET, and came, or was the copy the browser had kept. */
export const isPageView = ({ method, isPage, status }: LogLine): boolean =>
  method === 'GET' &&
  isPage &&
  status !== undefined &&
  ((status >= 200 && status < 300) || status === 304)

/** What a request has beside the fields of an event. Made in one piece where it can be, as is mostly so: that costs least. */
export function propsOf(line: LogLine): Record<string, unknown> {
  const { method, size, agent, front, rest } = line
  if (method !== undefined && front.isPlain && rest.router === undefined) {
    if (size !== NO_SIZE && agent !== undefined) return { method, bytes: size, agent }
    if (agent !== undefined) return { method, agent }
  }
  return propsOfUnusual(line)
}

function propsOfUnusual({ method, odd, size, agent, front, rest }: LogLine) {
  const props: Record<string, unknown> = {}
  if (method !== undefined) props.method = method
  if (odd !== undefined) props.line = odd
  if (size !== NO_SIZE) props.bytes = size
  if (agent !== undefined) props.agent = agent
  if (front.user !== undefined) props.user = front.user
  if (front.host !== undefined) props.host = front.host
  if (front.port !== undefined) props.port = front.port
  if (rest.router !== undefined) props.router = rest.router
  if (rest.server !== undefined) props.server = rest.server
  return props
}

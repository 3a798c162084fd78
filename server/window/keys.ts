import type { StreamEvent } from '../../lib/event.ts'
import type { Dimension } from '../../lib/kpis.ts'
import { hashDigits } from './hash.ts'

/** Longer keys are cut and end in a hash of the whole, so that no two become one. */
export const MAX_KEY_LENGTH = 256

/** The key of an event in a dimension; undefined: it has none. */
export function eventKey(event: StreamEvent, dimension: Dimension): string | undefined {
  const text = event[dimension]
  return text === undefined ? undefined : keyOf(text, dimension)
}

/** The key that a text of an event means; undefined: none. */
export function keyOf(text: string, dimension: Dimension): string | undefined {
  if (text === '') return undefined
  if (dimension === 'referrer') return referrerKey(text)
  // The texts of an event are well-formed: whoever made it saw to that.
  return text.length <= MAX_KEY_LENGTH && text.charCodeAt(0) !== 0 ? text : dimensionKey(text)
}

const UNPAIRED = /[\ud800-\udfff]/

/**
 * A key as panes hold it: at most 256 UTF-16 units, well-formed Unicode, and never one of the keys with
 * a meaning of their own, which begin with NUL. Idempotent.
 */
export function dimensionKey(text: string): string {
  let key = text
  if (key.length > MAX_KEY_LENGTH) {
    key = `${key.slice(0, MAX_KEY_LENGTH - 17)}…${hashDigits(key)}`
  }
  if (key.charCodeAt(0) === 0) key = `\ufffd${key.slice(1)}`
  return UNPAIRED.test(key) ? Buffer.from(key, 'utf8').toString('utf8') : key
}

const MAX_REMEMBERED = 8_192
const remembered = new Map<string, string | undefined>()

/** The host a referrer names, in lower case, without port and "www."; a plain word is kept as it is. */
function referrerKey(referrer: string): string | undefined {
  const known = remembered.get(referrer)
  if (known !== undefined) return known
  const host = hostOf(referrer)
  const key = host === '' ? undefined : dimensionKey(host)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(referrer, key)
  return key
}

const AUTHORITY = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#\\]*)/i

function hostOf(referrer: string): string {
  const authority = AUTHORITY.exec(referrer)?.[1]
  if (authority === undefined) return referrer
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()
  const port = /:\d*$/.exec(host)
  const bare = port === null ? host : host.slice(0, port.index)
  return bare.startsWith('www.') ? bare.slice(4) : bare
}

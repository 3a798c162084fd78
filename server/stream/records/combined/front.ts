import { isIP } from 'node:net'
import { cutText } from '../../../../lib/event.ts'
import { addressIn, firstPublic } from './address.ts'
import { type Misfit, misfit } from './misfit.ts'

/** What stands in front of a line's time: `[host[:port] ]client[, client]* identity user`. */
export interface Front {
  kind: 'front'
  /** Of the virtual host that was asked. */
  host: string | undefined
  port: number | undefined
  /** The client, without its port; of a list of them the first public address. undefined: it names nobody. */
  visitor: string | undefined
  /** The visitor, unless that is an address that is not public. */
  publicVisitor: string | undefined
  user: string | undefined
  /** It has neither a host nor a user. */
  isPlain: boolean
}

export const CLIENT =
  'an address, a host name, a list of addresses with commas between, or a dash; before it there may be the host that was asked'
const ONE_ADDRESS =
  'one address, or a list with commas between: of two side by side either may be the client'
const IDENTITY = 'one word that is no address, or a dash'
const USER = 'one word, a dash, or in quotes'

/** As DNS has it, and a little more that logs have: `_`, `*.shop.example`, an address with a part masked. */
const NAME = /^[\w*](?:[\w.*-]{0,252}[\w.*])?$/
/** A name of DNS does not end with a number: what does is a duration, a time or a broken address in front of the client. */
const ENDS_WITH_NUMBER = /(?:^|\.)\d+$/
const WITH_PORT = /^(.+):(\d{1,5})$/
const USER_AT_END = /^(.+) (?:((?:\\"|[^\s"[])(?:\\"|[^\s"])*)|"((?:[^"\\]|\\.)*)")$/

/** `text` is all that stands before the blank and the bracket of the time. */
export function readFront(text: string): Front | Misfit {
  const match = USER_AT_END.exec(text)
  if (match === null) return misfit('user', USER, wordsFrom(text, 2))
  const [, before, word, quoted] = match as unknown as [string, string, string?, string?]
  const words = before.split(' ')
  const identity = words.pop() as string
  if (words.length === 0) return misfit('identity', IDENTITY, '')
  const isIdentity = identity !== '' && addressIn(identity) === undefined
  if (!isIdentity) return misfit('identity', IDENTITY, identity)
  const host = isListed(words) ? undefined : readHost(words[0] as string)
  const listed = host === undefined ? words : words.slice(1)
  if (!isListed(listed)) return tooManyWords(text, words)
  const client = readClient(listed.join(' '))
  if (client === undefined) return misfit('client', CLIENT, words.join(' '))
  // `host-7.example - ann smith`: that is no host, but a user of two words.
  const isHost = host?.port !== undefined || client.hasAddress || identity === '-'
  if (host !== undefined && !isHost) return misfit('user', USER, wordsFrom(text, 2))
  const user = given(quoted ?? word)
  return {
    kind: 'front',
    host: host?.name,
    port: host?.port,
    visitor: client.visitor,
    publicVisitor: client.publicVisitor,
    user,
    isPlain: host === undefined && user === undefined,
  }
}

const given = (user: string | undefined): string | undefined =>
  user === undefined || user === '-' || user === '' ? undefined : cutText(user)

const wordsFrom = (text: string, count: number): string => text.split(' ').slice(count).join(' ')

/** Every word but the last ends with a comma: one client, or a list of them. */
const isListed = (words: readonly string[]): boolean =>
  words.every((word, at) => word.endsWith(',') === at < words.length - 1)

interface Host {
  name: string | undefined
  port: number | undefined
}

/** A bare address is none: it would as soon be a client, and the word behind it one too many. */
function readHost(word: string): Host | undefined {
  if (isIP(unbracketed(word)) !== 0) return undefined
  const [, name = word, port] = WITH_PORT.exec(word) ?? []
  const isName = NAME.test(name) && !ENDS_WITH_NUMBER.test(name)
  const isHost = name === '-' || isName || isIP(unbracketed(name)) !== 0
  if (!isHost) return undefined
  return {
    name: name === '-' ? undefined : unbracketed(name),
    port: port === undefined ? undefined : Number(port),
  }
}

const unbracketed = (text: string): string =>
  text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text

function tooManyWords(text: string, [first = '', second = '']: readonly string[]): Misfit {
  if (addressIn(first) === undefined) return misfit('client', CLIENT, text)
  return addressIn(second) === undefined
    ? misfit('user', USER, wordsFrom(text, 2))
    : misfit('client', ONE_ADDRESS, `${first} ${second}`)
}

/** Where nginx is asked through a socket of its own machine. */
const UNIX_SOCKET = 'unix:'

interface Client extends Pick<Front, 'visitor' | 'publicVisitor'> {
  hasAddress: boolean
}

/** undefined: it is no client, nor a list of them. */
function readClient(text: string): Client | undefined {
  const parts = text.split(/, ?/)
  const addresses = parts.map(addressIn)
  const hasAddress = addresses.some((address) => address !== undefined)
  if (parts.length === 1 && !hasAddress) return readName(text)
  const isList = parts.every(
    (part, at) => addresses[at] !== undefined || part === '-' || NAME.test(part),
  )
  if (!isList) return undefined
  const publicVisitor = firstPublic(addresses)
  // A private address that stands alone is a visitor of an intranet; in a list it is a hop on the way.
  return { hasAddress, publicVisitor, visitor: parts.length === 1 ? addresses[0] : publicVisitor }
}

function readName(text: string): Client | undefined {
  if (text === '-' || text === UNIX_SOCKET) {
    return { hasAddress: false, visitor: undefined, publicVisitor: undefined }
  }
  return NAME.test(text) ? { hasAddress: false, visitor: text, publicVisitor: text } : undefined
}

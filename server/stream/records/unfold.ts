import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { messageOf } from '../../platform/errors.ts'
import type { Steps } from './steps.ts'

export type Folding = 'gzip' | 'zlib'

export type Unfolded =
  /** `problem`: of what follows the part that could be unfolded. */
  | { kind: 'text'; data: Uint8Array; rest: { problem: string; data: Uint8Array } | undefined }
  | { kind: 'broken'; problem: string }
  | { kind: 'too_large' }

/** How the data is compressed, by its first bytes; a text may begin like zlib, too. Every record is asked. */
export function foldingOf(data: Uint8Array): Folding | undefined {
  if (data[0] === GZIP) return isGzip(data) ? 'gzip' : undefined
  return data[0] === ZLIB && isZlib(data) ? 'zlib' : undefined
}

const [GZIP, ZLIB] = [0x1f, 0x78]

const isGzip = (data: Uint8Array): boolean => data[0] === GZIP && data[1] === 0x8b

/** RFC 1950, 2.2: for a window of 32 KiB, what zlib writes at its levels. */
function isZlib(data: Uint8Array): boolean {
  const level = data[1]
  if (data[0] !== ZLIB) return false
  return level === 0x01 || level === 0x5e || level === 0x9c || level === 0xda
}

/** Where something is wrong, so many members are looked at one by one. */
const MAX_MEMBERS_APART = 100
const MAX_CHUNK_BYTES = 256 * 1024

/**
 * Unfolds gzip data: one member, or several one after the other, up to `maxBytes`. Zeros behind the end are
 * padding. Members before a broken part are kept.
 */
export function gunzip(data: Uint8Array, maxBytes: number): Unfolded {
  try {
    const { text, end } = unfold(data, maxBytes)
    if (isPadding(data, end)) return { kind: 'text', data: text, rest: undefined }
    return wholeMembers(data, maxBytes, 'no gzip data')
  } catch (error) {
    if (isTooLarge(error)) return { kind: 'too_large' }
    return wholeMembers(data, maxBytes, messageOf(error))
  }
}

/** Everything up to the first zero byte between members, or up to the end. */
function unfold(data: Uint8Array, maxBytes: number): { text: Uint8Array; end: number } {
  const { buffer, engine } = gunzipSync(data, optionsFor(data, maxBytes)) as unknown as WithInfo
  return { text: buffer, end: engine.bytesWritten }
}

/** With `info`, zlib says how far it has read; the types do not know that. */
const optionsFor = (data: Uint8Array, maxBytes: number) =>
  ({
    info: true,
    maxOutputLength: Math.max(1, maxBytes),
    chunkSize: Math.min(MAX_CHUNK_BYTES, Math.max(1_024, data.length * 8)),
  }) as object

interface WithInfo {
  buffer: Uint8Array
  engine: { bytesWritten: number }
}

const isPadding = (data: Uint8Array, from: number): boolean =>
  data.subarray(from).every((byte) => byte === 0)

function wholeMembers(data: Uint8Array, maxBytes: number, problem: string): Unfolded {
  const parts: Uint8Array[] = []
  let bytes = 0
  let at = 0
  while (at < data.length && parts.length < MAX_MEMBERS_APART) {
    const member = firstMember(data.subarray(at), maxBytes - bytes)
    if (member === undefined) break
    parts.push(member.text)
    bytes += member.text.length
    at += member.end
  }
  if (at === 0) return { kind: 'broken', problem }
  const rest = at < data.length ? { problem, data: data.subarray(at) } : undefined
  return { kind: 'text', data: Buffer.concat(parts), rest }
}

/** undefined: there is no whole member, or it does not fit. */
function firstMember(
  data: Uint8Array,
  maxBytes: number,
): { text: Uint8Array; end: number } | undefined {
  const start = headerBytes(data)
  if (start === undefined || maxBytes < 1) return undefined
  try {
    // Raw data ends where it says; gunzip alone would read on into what follows.
    const { engine } = inflateRawSync(data.subarray(start), {
      info: true,
      maxOutputLength: maxBytes,
    } as object) as unknown as WithInfo
    const end = start + engine.bytesWritten + TRAILER_BYTES
    return end > data.length ? undefined : unfold(data.subarray(0, end), maxBytes)
  } catch {
    return undefined
  }
}

const HEADER_BYTES = 10
const TRAILER_BYTES = 8
const HAS = { headerChecksum: 2, extra: 4, name: 8, comment: 16 }

/** How long a member's header is (RFC 1952, 2.3); undefined where it is none. */
function headerBytes(data: Uint8Array): number | undefined {
  if (!isGzip(data) || data.length < HEADER_BYTES) return undefined
  const flags = data[3] as number
  let at = HEADER_BYTES
  if (flags & HAS.extra) at += 2 + ((data[at] ?? 0) | ((data[at + 1] ?? 0) << 8))
  for (const text of [HAS.name, HAS.comment]) {
    if (!(flags & text)) continue
    const end = data.indexOf(0, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if (flags & HAS.headerChecksum) at += 2
  return at
}

/** So many streams one after the other; each takes 30 µs. */
const MAX_STREAMS = 1_000
const STREAMS_A_STEP = 32

/** Unfolds zlib data, as `gunzip` does: one stream, or several one after the other. */
export function* inflate(data: Uint8Array, maxBytes: number): Steps<Unfolded> {
  const parts: Uint8Array[] = []
  let bytes = 0
  let at = 0
  let problem = `more than ${MAX_STREAMS} streams of zlib`
  while (at < data.length && parts.length < MAX_STREAMS) {
    if (parts.length % STREAMS_A_STEP === STREAMS_A_STEP - 1) yield
    if (parts.length > 0 && isPadding(data, at)) {
      at = data.length
      break
    }
    const rest = data.subarray(at)
    try {
      if (!isZlib(rest)) throw new Error('no zlib data')
      const options = optionsFor(rest, maxBytes - bytes)
      const { buffer, engine } = inflateSync(rest, options) as unknown as WithInfo
      parts.push(buffer)
      bytes += buffer.length
      if (bytes > maxBytes) return { kind: 'too_large' }
      at += engine.bytesWritten
    } catch (error) {
      if (isTooLarge(error)) return { kind: 'too_large' }
      problem = messageOf(error)
      break
    }
  }
  if (parts.length === 0) return { kind: 'broken', problem }
  const rest = at < data.length ? { problem, data: data.subarray(at) } : undefined
  return { kind: 'text', data: Buffer.concat(parts), rest }
}

/**
 * What compressed data unfolds to, in bytes, as far as it says so: gzip of several members says the last one's. Zlib
 * does not say: it may be many times its size. Infinity where gzip does not: there is padding behind it.
 */
export function unfoldedBytes(data: Uint8Array, folding: Folding): number {
  if (folding === 'zlib') return data.length * ZLIB_FACTOR
  if (data.length < HEADER_BYTES + TRAILER_BYTES) return data.length
  const { buffer, byteOffset, length } = data
  const said = new DataView(buffer, byteOffset, length).getUint32(length - 4, true)
  return said === 0 ? Number.POSITIVE_INFINITY : said
}

/** Events seldom shrink more than so much. */
const ZLIB_FACTOR = 20

const isTooLarge = (error: unknown): boolean =>
  (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'

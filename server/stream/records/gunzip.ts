import { gunzipSync, inflateRawSync } from 'node:zlib'
import { messageOf } from '../../platform/errors.ts'

export type Gunzipped =
  /** `problem`: of what follows the part that could be unfolded. */
  | { kind: 'text'; data: Uint8Array; rest: { problem: string; data: Uint8Array } | undefined }
  | { kind: 'broken'; problem: string }
  | { kind: 'too_large' }

/** Where something is wrong, so many members are looked at one by one. */
const MAX_MEMBERS_APART = 100
const MAX_CHUNK_BYTES = 256 * 1024

/**
 * Unfolds gzip data: one member, or several one after the other, up to `maxBytes`. Zeros behind the end are
 * padding. Members before a broken part are kept.
 */
export function gunzip(data: Uint8Array, maxBytes: number): Gunzipped {
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
  // With `info`, zlib says how far it has read; the types do not know that.
  const { buffer, engine } = gunzipSync(data, {
    info: true,
    maxOutputLength: Math.max(1, maxBytes),
    chunkSize: Math.min(MAX_CHUNK_BYTES, Math.max(1_024, data.length * 8)),
  } as object) as unknown as WithInfo
  return { text: buffer, end: engine.bytesWritten }
}

interface WithInfo {
  buffer: Uint8Array
  engine: { bytesWritten: number }
}

const isPadding = (data: Uint8Array, from: number): boolean =>
  data.subarray(from).every((byte) => byte === 0)

function wholeMembers(data: Uint8Array, maxBytes: number, problem: string): Gunzipped {
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

/**
 * What gzip data says that it unfolds to, in bytes: of several members the last one's. Infinity where it does not say:
 * there is padding behind it.
 */
export function unfoldedBytes(data: Uint8Array): number {
  if (data.length < HEADER_BYTES + TRAILER_BYTES) return data.length
  const { buffer, byteOffset, length } = data
  const said = new DataView(buffer, byteOffset, length).getUint32(length - 4, true)
  return said === 0 ? Number.POSITIVE_INFINITY : said
}

export const isGzip = (data: Uint8Array): boolean => data[0] === 0x1f && data[1] === 0x8b

const isTooLarge = (error: unknown): boolean =>
  (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'

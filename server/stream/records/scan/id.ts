import { hashId, hashIdBytes, type IdHash } from '../id-hash.ts'
import { latin1 } from './latin1.ts'
import { Byte, type Source } from './source.ts'
import type { TextScan } from './text.ts'

export interface IdScan {
  /** As `TextScan.text`. */
  text(): string | undefined
  /** What was read last. */
  readonly read: { hash: IdHash | undefined }
}

/** Hashes an id as it is read: from the bytes that takes a fifth of the time that it takes from the string. */
export function createIdScan(source: Source, { end, found, decode }: TextScan): IdScan {
  const { bytes, words } = source
  const read: IdScan['read'] = { hash: undefined }

  return {
    read,
    text() {
      if (bytes[source.at] !== Byte.quote) return undefined
      const from = source.at + 1
      const to = end(from)
      if (to < 0) return undefined
      source.at = to + 1
      if (found.ascii) {
        const hash = hashIdBytes(words, from, to - from)
        read.hash = hash
        return latin1(bytes, from, to)
      }
      const id = decode(from, to)
      if (id !== undefined) read.hash = hashId(id)
      return id
    },
  }
}

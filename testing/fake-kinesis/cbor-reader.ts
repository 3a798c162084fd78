const INDEFINITE = 31
const BREAK = Symbol('break')
const EPOCH_TAG = 1
const MAX_DEPTH = 32
const PAIR = 2

/** Throws what a cut or a strange text is: never reads past its end. */
export function decodeCbor(bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (count: number): Buffer => {
    if (at + count > buffer.length) throw new SyntaxError('CBOR ends too early')
    at += count
    return buffer.subarray(at - count, at)
  }
  const argument = (minor: number): number => {
    if (minor < 24) return minor
    if (minor === 24) return take(1).readUInt8()
    if (minor === 25) return take(2).readUInt16BE()
    if (minor === 26) return take(4).readUInt32BE()
    if (minor === 27) return Number(take(8).readBigUInt64BE())
    throw new SyntaxError(`CBOR length of kind ${minor}`)
  }
  /** Reads as many values as the length says, times `per`, or those before a break. */
  const many = (minor: number, each: (value: unknown) => void, depth: number, per = 1): void => {
    if (minor !== INDEFINITE) {
      for (let left = argument(minor) * per; left > 0; left--) each(read(depth))
      return
    }
    for (let value = read(depth); value !== BREAK; value = read(depth)) each(value)
  }
  const special = (minor: number): unknown => {
    if (minor === 20 || minor === 21) return minor === 21
    if (minor === 22 || minor === 23) return null
    if (minor === 26) return take(4).readFloatBE()
    if (minor === 27) return take(8).readDoubleBE()
    if (minor === INDEFINITE) return BREAK
    throw new SyntaxError(`CBOR simple value ${minor}`)
  }
  const map = (minor: number, depth: number): unknown => {
    const result: Record<string, unknown> = {}
    let key: string | undefined
    many(
      minor,
      (value) => {
        if (key === undefined) key = String(value)
        else {
          result[key] = value
          key = undefined
        }
      },
      depth,
      PAIR,
    )
    return result
  }
  const pieces = (minor: number, depth: number): Buffer => {
    if (minor !== INDEFINITE) return take(argument(minor))
    const found: Buffer[] = []
    many(
      minor,
      (piece) => found.push(typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer)),
      depth,
    )
    return Buffer.concat(found)
  }
  const read = (depth: number): unknown => {
    if (depth > MAX_DEPTH) throw new SyntaxError('CBOR nests too deeply')
    const first = take(1).readUInt8()
    const minor = first & 31
    switch (first >> 5) {
      case 0:
        return argument(minor)
      case 1:
        return -1 - argument(minor)
      case 2:
        return pieces(minor, depth + 1)
      case 3:
        return pieces(minor, depth + 1).toString()
      case 4: {
        const list: unknown[] = []
        many(minor, (value) => list.push(value), depth + 1)
        return list
      }
      case 5:
        return map(minor, depth + 1)
      case 6: {
        const tag = argument(minor)
        const value = read(depth + 1)
        return tag === EPOCH_TAG && typeof value === 'number' ? new Date(value) : value
      }
      default:
        return special(minor)
    }
  }
  return read(0)
}

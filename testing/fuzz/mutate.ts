import { chance, pick, type Random, weighted, whole } from '../chaos/random.ts'

/** What means something to one of the readers. */
const TOKENS = [
  ...'{}[]",:\\\n\r\t \0-.0123456789eEtfn\'x',
  ...['{"', '"}', '},{', '}{', '":', '[]', '{}', '\\u0000', '\\"', '\r\n', '\n\n', 'NaN', 'null'],
  ...[
    '"type":"x"',
    '"id":null',
    '"messageId":"m"',
    '\ufeff',
    '\u00a0',
    '\u2028',
    'é',
    '😀',
    '- - [',
  ],
].map((token) => Buffer.from(token))

/** Bytes of no letter, and first bytes of what is no text. */
const ODD_BYTES = [
  [0xff],
  [0xc3],
  [0xed, 0xa0, 0x80],
  [0x1f, 0x8b, 8],
  [0x78, 0x9c],
  [0xf3, 0x89, 0x9a, 0xc2],
].map((bytes) => Buffer.from(bytes))

const MUTATIONS = {
  flip: 20,
  replace: 20,
  insert: 25,
  remove: 12,
  cut: 10,
  repeat: 5,
  splice: 6,
  odd: 6,
}

/** The data with one to four things done to it. */
export function mutate(random: Random, data: Uint8Array, other: Uint8Array): Uint8Array {
  let mutated = data
  for (let left = whole(random, 1, 4); left > 0; left--)
    mutated = mutateOnce(random, mutated, other)
  return mutated
}

function mutateOnce(random: Random, data: Uint8Array, other: Uint8Array): Uint8Array {
  const at = whole(random, 0, data.length)
  const to = Math.min(data.length, at + stretch(random))
  const [before, within, behind] = [data.subarray(0, at), data.subarray(at, to), data.subarray(to)]
  switch (weighted(random, MUTATIONS)) {
    case 'flip': {
      const flipped = Uint8Array.from(data)
      if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ (1 << whole(random, 0, 7))
      return flipped
    }
    case 'replace':
      return Buffer.concat([before, pick(random, TOKENS), data.subarray(at + 1)])
    case 'insert':
      return Buffer.concat([before, pick(random, TOKENS), data.subarray(at)])
    case 'remove':
      return Buffer.concat([before, behind])
    case 'cut':
      return chance(random, 0.7) ? before : data.subarray(at)
    case 'repeat':
      return Buffer.concat([before, within, within, behind])
    case 'splice': {
      const from = whole(random, 0, other.length)
      return Buffer.concat([before, other.subarray(from)])
    }
    case 'odd':
      return Buffer.concat([before, pick(random, ODD_BYTES), data.subarray(at)])
  }
}

/** Mostly short. */
const stretch = (random: Random): number => Math.floor(2 ** (10 * random() * random()))

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startWalk, walkOn } from './json-walk.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** `step`: bytes at a stretch. */
function walked(data: Uint8Array, step = Number.POSITIVE_INFINITY) {
  const walk = startWalk(0)
  for (;;) {
    const found = walkOn(walk, data, walk.at + step)
    if (found !== 'more') return { found, at: walk.at, values: walk.values }
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const part = fc.oneof(
  fc.constantFrom(...'{}[],:"\\0123456789-+.eEtfnux \n\t\rab', '\u0000', '\u001f', '\u007f', 'é'),
  fc.constantFrom('true', 'false', 'null', '\\n', '\\u00e9', '\\ud83d', '"a"', '":', '1e5', '-0'),
)
const text = fc.oneof(
  fc.json(),
  fc.array(part, { maxLength: 14 }).map((parts) => parts.join('')),
  fc.tuple(fc.json(), fc.nat(), fc.nat(2), part).map(([json, at, kept, more]) => {
    const place = at % (json.length + 1)
    return (
      json.slice(0, place) + (kept === 0 ? '' : more) + json.slice(place + (kept === 1 ? 0 : 1))
    )
  }),
)

describe('a walk', () => {
  test('passes what JSON.parse takes and nothing else, in steps of any size', () => {
    let whole = 0
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (some, step) => {
        const data = bytes(some)
        const all = walked(data)
        expect(walked(data, step)).toEqual(all)
        const passed = new TextDecoder().decode(data.subarray(0, all.at))
        if (all.found === 'end') {
          whole++
          expect(parses(passed)).toBe(true)
        }
        const behind = some.slice(passed.length)
        const isOne = all.found === 'end' && /^[ \n\r\t]*$/.test(behind)
        expect(isOne).toBe(parses(some))
      }),
      { numRuns: 5_000 },
    )
    expect(whole).toBeGreaterThan(500)
  })

  test('breaks off at the first place with which no JSON goes on', () => {
    fc.assert(
      fc.property(text, (some) => {
        const data = bytes(some)
        const { found, at } = walked(data)
        if (found === 'end') return
        // One byte less breaks off at its own end: so far it could still become JSON.
        expect(walked(data.subarray(0, at)).at).toBe(Math.min(at, data.length))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['{"a":[1}', 7],
    ['{"ty\n{', 4],
    ['{"a":1{"b"', 6],
    ['{"a":NaN}', 5],
    ['{"a":nul}', 8],
    ['{"a":-}', 6],
    ['{"a":"\\x"}', 6],
    ['{"a"', 4],
    ['', 0],
  ])('through %j breaks off at %i', (some, at) => {
    expect(walked(bytes(some))).toMatchObject({ found: 'broken', at })
  })

  test('counts the values within', () => {
    expect(walked(bytes('{"a":[1,"2,[",{}],"b":2}')).values).toBe(6)
  })

  test('goes as deep as a text is long', () => {
    const deep = bytes('['.repeat(100_000) + ']'.repeat(100_000))
    expect(walked(deep)).toMatchObject({ found: 'end', at: 200_000 })
    expect(walked(deep.subarray(0, 150_000))).toMatchObject({ found: 'broken', at: 150_000 })
  })
})

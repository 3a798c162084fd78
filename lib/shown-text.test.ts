import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shownLines, shownText, textInWords } from './shown-text.ts'

const marks = (n: number) => '\u0301'.repeat(n)

describe('a text of an event', () => {
  test.each([
    '/pricing',
    'spring sale 2026',
    'Zoë Ångström',
    'Zoe\u0308',
    'क्ष्म्य',
    'ภาษาไทยเป็นภาษาที่',
    'ישראל',
    'مرحبا بالعالم',
    'می\u200cخواهم',
    '👩\u200d👩\u200d👧 🏳️\u200d🌈 1️⃣',
    '价格＝',
  ])('%s is shown as it is', (text) => expect(shownText(text)).toBe(text))

  test.each([
    ['\u202eabc', '[U+202E]abc'],
    ['a\u2067b\u2069c\u200f', 'a[U+2067]b[U+2069]c[U+200F]'],
    ['\u200b', '[U+200B]'],
    ['a\u00adb\ufeff', 'a[U+00AD]b[U+FEFF]'],
    ['\u3164\u2800', '[U+3164][U+2800]'],
    ['a\u0000\tb\nc\u007f', 'a\\x00\\tb\\nc\\x7f'],
    ['\u200d\u200d', '[U+200D][U+200D]'],
    ['\ud800x', '\ufffdx'],
  ])('what is not seen of %j is named: %s', (text, shown) => expect(shownText(text)).toBe(shown))

  test.each([
    ['   ', '␣␣␣'],
    [' acme', '␣acme'],
    ['acme ', 'acme␣'],
    ['a  b', 'a ␣b'],
    ['\u00a0\u3000', '␣␣'],
  ])('blanks that would not show in %j are drawn: %s', (text, shown) =>
    expect(shownText(text)).toBe(shown),
  )

  test('no more marks stand on one character than any language needs', () => {
    expect(shownText(`a${marks(500)}b`)).toBe(`a${marks(4)}[496 marks]b`)
    expect(shownText(`${marks(2)}x`)).toBe(`◌${marks(2)}x`)
    expect(shownText(`a${`${marks(3)}\u200d`.repeat(100)}`)).toMatch(/^a.{4}\[396 marks\]$/u)
  })

  test('the middle of a long one is left out, never half a character', () => {
    expect(shownText('😀'.repeat(100), { most: 10 })).toBe(`${'😀'.repeat(6)}…${'😀'.repeat(3)}`)
    expect(shownText('x'.repeat(2_048))).toHaveLength(600)
  })

  test('any is shown without anything that turns the direction, is not seen or piles up', () => {
    const piece = fc.constantFrom(
      ...['\u202e', '\u2066', '\u2069', '\u200f', '\u061c', '\u0301', '\u20dd', '\u200d', '\u200b'],
      ...[' ', '\u00a0', '\n', '\u2028', '\u3164', 'a', 'א', '1', '\ud83d', '\udc4d', '\ufeff'],
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), (pieces) => {
        const shown = shownText(pieces.join(''))
        expect(shown).not.toMatch(
          /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u200b\ufeff\n\u2028]/,
        )
        expect(shown).not.toMatch(/\p{M}{5}/u)
        expect(shown).not.toMatch(/^\s|\s$|\s\s|\p{Surrogate}/u)
        expect(shown).toMatch(/[\p{L}\p{N}\p{S}\p{P}]/u)
      }),
    )
  })
})

test('in a sentence a text from right to left is isolated, any other needs it not', () => {
  expect(textInWords('acme')).toBe('acme')
  expect(textInWords('ישראל 12')).toBe('\u2068ישראל 12\u2069')
  expect(textInWords('\u202eemca')).toBe('[U+202E]emca')
  expect(textInWords('x'.repeat(2_048))).toHaveLength(80)
})

test('a text of several lines keeps them, and its blanks', () => {
  expect(shownLines(`{\n\t"a":  "\u202e",\r\n "b": "e${marks(9)}"}`)).toBe(
    `{\n\t"a":  "[U+202E]",\\r\n "b": "e${marks(4)}[5 marks]"}`,
  )
})

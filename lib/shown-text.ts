/**
 * Texts of events as they are shown. Producers write what they like: characters that turn the words around them, marks that
 * pile up over the page, blanks that look like nothing. What is shown is for eyes only: filters and copies take the text itself.
 */

/** Marks on one character: more than any language needs draw a column over the lines above. */
const MOST_MARKS = 4
const PILED = new RegExp(`([\\p{M}\\u200c\\u200d]{${MOST_MARKS}})([\\p{M}\\u200c\\u200d]+)`, 'gu')

/**
 * What is not seen: controls, format characters (of which those that turn the direction of what follows) and letters that look
 * like blanks. Not the two joiners, which emoji and Persian need, behind something that is seen.
 */
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|(?![\u0600-\u0605\u06dd\u070f\u08e2\u200c\u200d])\p{Cf}|(?<![\p{L}\p{M}\p{N}\p{S}])[\u200c\u200d]/gu

/** Blanks that would not show: at either end, and behind another. */
const LOST_BLANKS = /^\p{Zs}+|\p{Zs}+$|(?<=\p{Zs})\p{Zs}+/gu

/** Nearly every text. */
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/

const DEFAULT_MOST = 600

/** `most`: of more characters the middle is left out. */
export function shownText(text: string, { most = DEFAULT_MOST }: { most?: number } = {}): string {
  if (PLAIN.test(text)) return cutInTheMiddle(text, most)
  return cutInTheMiddle(shownMarks(text), most)
    .replace(LOST_BLANKS, (blanks) => '␣'.repeat(blanks.length))
    .replace(UNSEEN, named)
}

/** A text of several lines as it stands, but for what is not seen, and for marks that pile up. */
export const shownLines = (text: string): string =>
  shownMarks(text).replace(UNSEEN, (character) =>
    character === '\n' || character === '\t' ? character : named(character),
  )

/**
 * For a sentence, a title or a label that is read out, where there are no elements: as `bdi` isolates a text, two characters do,
 * where it has any letters from right to left.
 */
export function textInWords(text: string, { most = 80 }: { most?: number } = {}): string {
  const shown = shownText(text, { most })
  return runsFromRight(shown) ? `\u2068${shown}\u2069` : shown
}

/** Whether any of it is read from right to left. */
export const runsFromRight = (text: string): boolean => FROM_RIGHT.test(text)

const FROM_RIGHT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

function shownMarks(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/^\p{M}/u, '◌$&')
    .replace(PILED, (_, kept: string, more: string) => `${kept}[${Array.from(more).length} marks]`)
}

const CONTROLS: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Controls as programs write them, others by their number: `[U+202E]`. */
function named(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20 || code === 0x7f) {
    return CONTROLS[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
  }
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
}

function cutInTheMiddle(text: string, most: number): string {
  if (text.length <= most) return text
  const characters = Array.from(text)
  if (characters.length <= most) return text
  const tail = Math.floor(most / 3)
  return `${characters.slice(0, most - tail - 1).join('')}…${characters.slice(-tail).join('')}`
}

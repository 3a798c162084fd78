const MOST = 160

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** The beginning of a record on one line: line ends and control characters are written out. */
export function oneLine(text: string): string {
  return Array.from(text.slice(0, MOST), (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code >= 0x20 && code !== 0x7f) return character
    return NAMED[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
  }).join('')
}

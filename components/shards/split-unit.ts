/** "1.24 s" as figure and unit, so that the unit stands small; "1 min 5 s" stays whole. */
export function splitUnit(text: string): { text: string; unit: string } {
  const at = text.indexOf(' ')
  return at < 0 || text.includes(' ', at + 1)
    ? { text, unit: '' }
    : { text: text.slice(0, at), unit: text.slice(at + 1) }
}

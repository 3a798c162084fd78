/** Reads RFC 4180 back, knowing nothing of how it was written. Throws on anything else. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let at = 0
  while (at < text.length) {
    const row: string[] = []
    for (;;) {
      const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at)
      row.push(field.value)
      at = field.end
      if (text[at] !== ',') break
      at++
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`a line does not end in CRLF at ${at}`)
    at += 2
    rows.push(row)
  }
  return rows
}

function plainField(text: string, from: number): { value: string; end: number } {
  let end = from
  while (end < text.length && !',\r\n"'.includes(text[end] as string)) end++
  return { value: text.slice(from, end), end }
}

function quotedField(text: string, from: number): { value: string; end: number } {
  let value = ''
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] !== '"') value += text[at]
    else if (text[at + 1] === '"') {
      value += '"'
      at++
    } else return { value, end: at + 1 }
  }
  throw new Error(`a quote at ${from} does not end`)
}

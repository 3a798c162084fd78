/** Not a part of a word such as `p99`, nor of a version. */
const NUMBER = /(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)/g

/**
 * The figures in what a benchmark printed, by name: the median over all lines that have it. A name is what its line
 * begins with and the words beside the number: `whole consumer: records/s of a core`.
 */
export function figuresOf(text) {
  const values = new Map()
  for (const line of text.split('\n')) {
    for (const [name, value] of figuresIn(line)) {
      values.set(name, [...(values.get(name) ?? []), value])
    }
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, median(all)]))
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

function figuresIn(line) {
  const found = [...line.matchAll(NUMBER)]
  const label = tidy(line.slice(0, found[0]?.index))
  return found.map((match, index) => {
    const from = index === 0 ? match.index : endOf(found[index - 1])
    const before = line
      .slice(from, match.index)
      .split(/[,;:(]/)
      .at(-1)
    const after = line.slice(endOf(match), found[index + 1]?.index).split(/[,;:()]/)[0]
    const words = tidy(`${before} ${after}`)
    const name = words === '' ? tidy(line.slice(0, match.index)) : [label, words].join(': ')
    return [name, Number(match[0])]
  })
}

const endOf = (match) => match.index + match[0].length

const tidy = (text) => text.replace(/\s+/g, ' ').replace(/^ | ?[:.]? ?$/g, '')

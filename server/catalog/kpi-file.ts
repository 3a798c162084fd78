import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { z } from 'zod'
import { type CrossedPair, pairOf, samePair } from '../../lib/crossed.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { kpiDefinitionSchema, kpiOfDefinition } from '../../lib/kpi-definition.ts'
import { DIMENSIONS, type Kpi } from '../../lib/kpis.ts'
import { SetupError } from '../platform/errors.ts'

/** What is looked for in the folder Kinesight is started in. */
export const KPI_FILE = 'kinesight.kpis.json'

/** Each one costs a column in every pane. */
export const MAX_OWN_KPIS = 50

/** Each one costs panes of up to 2,000 pairs of keys a second. */
const MAX_OWN_CROSSED = 4

/** Fifty KPIs with all their words and comments need a tenth of it. */
export const MAX_KPI_FILE_BYTES = 1_024 * 1_024

/** Brackets in brackets; a KPI needs nine. */
export const MAX_KPI_FILE_DEPTH = 32

/** Mistakes that are told of one file. */
export const MAX_MISTAKES = 20

/** What a team adds to what is built in. */
export interface KpiFile {
  kpis: readonly Kpi[]
  /** Pairs of dimensions that can be combined. */
  crossed: readonly CrossedPair[]
}

/**
 * What a team wrote down. `file` is JSON with comments: `{ "kpis": [ … ], "crossed": [ … ] }`. Throws `SetupError`, which
 * names the line of each mistake; also where the file is not there, unless `optional`.
 */
export function readKpiFile(file: string, { optional }: { optional: boolean }): KpiFile {
  let bytes: Uint8Array
  try {
    bytes = readBounded(file)
  } catch (error) {
    if (error instanceof SetupError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && optional) return { kpis: [], crossed: [] }
    throw new SetupError(
      `The file of KPIs ${file} cannot be read (${code}): put it there, or unset KPI_FILE`,
      { cause: error },
    )
  }
  return parseKpiFile(textOf(bytes, file), file)
}

/** What is no plain file may never end, or never begin. */
function readBounded(file: string): Uint8Array {
  // A pipe that nobody writes to would be waited for.
  const opened = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    if (!fstatSync(opened).isFile()) {
      throw new SetupError(
        `The file of KPIs ${file} cannot be read (it is not a file): name one, or unset KPI_FILE`,
      )
    }
    const bytes = Buffer.alloc(MAX_KPI_FILE_BYTES + 1)
    let length = 0
    while (length < bytes.length) {
      const read = readSync(opened, bytes, length, bytes.length - length, null)
      if (read === 0) return bytes.subarray(0, length)
      length += read
    }
  } finally {
    closeSync(opened)
  }
  throw new SetupError(
    `The file of KPIs ${file} is larger than ${MAX_KPI_FILE_BYTES / 1_024 ** 2} MiB, which no file of KPIs is: name another one, or unset KPI_FILE`,
  )
}

/** Without the byte order mark that some editors begin a file with. */
function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new SetupError(`The file of KPIs ${file} is not UTF-8: save it as UTF-8`, {
      cause: error,
    })
  }
}

const dimension = z.enum(DIMENSIONS, { error: `must be one of ${DIMENSIONS.join(', ')}` })

const fileSchema = z.strictObject({
  $schema: z.string().exactOptional(),
  kpis: z
    .array(kpiDefinitionSchema.transform(kpiOfDefinition), 'must be a list of KPIs')
    .max(MAX_OWN_KPIS, `may hold at most ${MAX_OWN_KPIS}`)
    .default([]),
  crossed: z
    .array(
      z.tuple([dimension, dimension], 'must be two dimensions, such as ["page", "device"]'),
      'must be a list of pairs of dimensions',
    )
    .max(MAX_OWN_CROSSED, `may hold at most ${MAX_OWN_CROSSED} pairs`)
    .transform((pairs) => pairs.map(([one, other]) => pairOf(one, other)))
    .default([]),
})

/** `name` is what the mistakes are prefixed with. */
export function parseKpiFile(text: string, name: string): KpiFile {
  const deepAt = tooDeepAt(text)
  if (deepAt !== undefined) {
    throw new SetupError(
      `${name}:${lineAt(text, deepAt)}: brackets stand more than ${MAX_KPI_FILE_DEPTH} deep in each other, which no KPI needs: remove some`,
    )
  }
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const [broken] = errors
  if (broken !== undefined || tree === undefined) {
    const offset = broken?.offset ?? 0
    const what = broken === undefined ? 'nothing' : words(printParseErrorCode(broken.error))
    throw new SetupError(`${name}:${lineAt(text, offset)}: this is not JSON (${what})`)
  }
  const parsed = fileSchema.safeParse(getNodeValue(tree))
  const mistakes = parsed.success
    ? [...sameIds(parsed.data.kpis), ...samePairs(parsed.data.crossed)]
    : mistakesOf(parsed.error)
  if (mistakes.length > 0) {
    const told = mistakes.slice(0, MAX_MISTAKES)
    const lines = told.map(({ path, message }) => {
      const line = lineAt(text, nodeAt(tree, path).offset)
      return `${name}:${line}: ${pathText(path)} ${message}`
    })
    const left = mistakes.length - told.length
    if (left > 0) lines.push(`${name}: ${left} more ${left === 1 ? 'mistake' : 'mistakes'}`)
    throw new SetupError(lines.join('\n'))
  }
  const { kpis, crossed } = parsed.success ? parsed.data : { kpis: [], crossed: [] }
  return { kpis, crossed }
}

/** Where the brackets become too deep for who reads them by recursion. */
function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true)
  let depth = 0
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const at = scanner.getTokenOffset()
    // Texts and comments are tokens that begin with other signs.
    if (text[at] === '{' || text[at] === '[') depth++
    if (text[at] === '}' || text[at] === ']') depth--
    if (depth > MAX_KPI_FILE_DEPTH) return at
  }
  return undefined
}

interface Mistake {
  path: readonly PropertyKey[]
  message: string
}

function mistakesOf(error: z.ZodError): Mistake[] {
  return error.issues.flatMap(({ path, message, ...issue }): Mistake[] => {
    if (issue.code !== 'unrecognized_keys') return [{ path, message }]
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'is not known here: remove it, or look for a slip of the pen',
    }))
  })
}

function sameIds(kpis: readonly Kpi[]): Mistake[] {
  const seen = new Set<string>()
  return kpis.flatMap(({ id }, index): Mistake[] => {
    const path = ['kpis', index, 'id']
    if (BUILT_IN.kpi(id) !== undefined) {
      return [{ path, message: `"${id}" is built in: choose another id` }]
    }
    if (seen.has(id)) return [{ path, message: `"${id}" is there twice: choose another id` }]
    seen.add(id)
    return []
  })
}

function samePairs(crossed: readonly CrossedPair[]): Mistake[] {
  return crossed.flatMap((pair, index): Mistake[] => {
    const path = ['crossed', index]
    const [one, other] = pair
    if (one === other) return [{ path, message: `crosses ${one} with itself: choose two` }]
    const isThere = (pairs: readonly CrossedPair[]) => pairs.some((each) => samePair(each, pair))
    if (isThere(BUILT_IN.crossed)) {
      return [{ path, message: `${one} and ${other} are crossed without it: leave it out` }]
    }
    if (isThere(crossed.slice(0, index))) {
      return [{ path, message: `${one} and ${other} are there twice: leave one out` }]
    }
    return []
  })
}

/** Where the path leads, as far as it does. */
function nodeAt(tree: Node, path: readonly PropertyKey[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length) as (string | number)[])
    // A property's line is that of its name.
    if (node !== undefined) return node.parent?.type === 'property' ? node.parent : node
  }
  return tree
}

/** "kpis[1].formula.over" */
const pathText = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the file'
    : path
        .map((part, index) =>
          typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
        )
        .join('')

/** PropertyNameExpected → "property name expected" */
const words = (code: string): string => code.replace(/\B[A-Z]/g, ' $&').toLowerCase()

/** From 1. */
const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

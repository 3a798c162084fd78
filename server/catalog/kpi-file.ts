import { readFileSync } from 'node:fs'
import {
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
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && optional) return { kpis: [], crossed: [] }
    throw new SetupError(
      `The file of KPIs ${file} cannot be read (${code}): put it there, or unset KPI_FILE`,
    )
  }
  return parseKpiFile(text, file)
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
    const lines = mistakes.map(({ path, message }) => {
      const line = lineAt(text, nodeAt(tree, path).offset)
      return `${name}:${line}: ${pathText(path)} ${message}`
    })
    throw new SetupError(lines.join('\n'))
  }
  const { kpis, crossed } = parsed.success ? parsed.data : { kpis: [], crossed: [] }
  return { kpis, crossed }
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

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createCatalog } from '../../lib/kpi-catalog.ts'
import { SetupError } from '../platform/errors.ts'
import { createMeasureSet } from '../window/measures.ts'
import { catalogVersion } from './catalog-version.ts'
import {
  MAX_KPI_FILE_BYTES,
  MAX_KPI_FILE_DEPTH,
  MAX_MISTAKES,
  parseKpiFile,
  readKpiFile,
} from './kpi-file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-catalog-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const WHOLE = `{
  // What we look at every morning.
  "kpis": [
    {
      "id": "mobile_ctr",
      "label": "Mobile CTR",
      "formula": {
        "kind": "ratio",
        "over": { "type": "ad_click", "where": [{ "field": "device", "is": "mobile" }] },
        "under": { "type": "ad_impression", "where": [{ "field": "device", "is": ["mobile"] }] },
      },
      "better": "up",
    },
    {
      "id": "slow_pages",
      "label": "Slow pages",
      "formula": {
        "kind": "count",
        "of": { "type": "page_view", "where": [{ "field": "duration_ms", "atLeast": 1000 }] }
      },
      "unit": "count",
      "help": "Page views of a second and more."
    }
  ]
}`

const problemOf = (text: string): string => {
  try {
    parseKpiFile(text, 'kpis.json')
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('it was taken')
}

const withKpi = (fields: string): string =>
  `{\n  "kpis": [\n    { "id": "one", "label": "One",\n      ${fields} }\n  ]\n}`

describe('a file of KPIs', () => {
  test('is JSON with comments and commas at the end; what is not said has a meaning', () => {
    const [ctr, slow] = parseKpiFile(WHOLE, 'kpis.json').kpis
    expect(ctr).toEqual({
      id: 'mobile_ctr',
      label: 'Mobile CTR',
      formula: {
        kind: 'ratio',
        over: { type: 'ad_click', where: [{ field: 'device', is: ['mobile'] }] },
        under: { type: 'ad_impression', where: [{ field: 'device', is: ['mobile'] }] },
      },
      unit: 'percent',
      better: 'up',
      help: 'ad_click (device is mobile) / ad_impression (device is mobile)',
    })
    expect(slow).toMatchObject({ unit: 'count', better: 'none' })
    expect(createMeasureSet([ctr!, slow!]).columns.counts.map(({ name }) => name)).toEqual([
      'count events',
      'count ad_click device=mobile',
      'count ad_impression device=mobile',
      'count page_view duration_ms>=1000',
    ])
  })

  test('that is no JSON says where', () => {
    expect(problemOf('{\n  "kpis": [\n    nothing\n  ]\n}')).toMatch(
      /^kpis\.json:3: this is not JSON/,
    )
    expect(problemOf('')).toMatch(/^kpis\.json:1: this is not JSON/)
  })

  test.each([
    ['"formula": { "kind": "median" }', 4, 'kpis[0].formula.kind must be one of "count", "ratio"'],
    ['"formula": { "kind": "count" }', 4, 'kpis[0].formula.of'],
    [
      '"formula": { "kind": "count",\n "of": { "typ": "page_view" } }',
      5,
      'kpis[0].formula.of.typ is not known here',
    ],
    [
      '"formula": { "kind": "count", "of": {\n "where": [\n { "field": "devise", "is": "x" }] } }',
      6,
      'kpis[0].formula.of.where[0]',
    ],
    [
      '"formula": { "kind": "money", "field": "cost" },\n "unit": "percent"',
      5,
      'kpis[0].unit must be "per_hour"',
    ],
    [
      '"formula": { "kind": "quantile", "field": "duration_ms", "q": 95 }',
      4,
      'kpis[0].formula.q must be between 0 and 1',
    ],
  ])('names the line and the field of a mistake: %s', (fields, line, words) => {
    const problem = problemOf(withKpi(fields))
    expect(problem).toContain(`kpis.json:${line}: ${words}`)
  })

  test('names every mistake, each on a line of its own', () => {
    const text = '{ "kpis": [\n{ "id": "A" },\n{ "id": "ok", "label": "" } ] }'
    const lines = problemOf(text).split('\n')
    expect(lines.some((line) => line.startsWith('kpis.json:2: kpis[0].id'))).toBe(true)
    expect(lines.some((line) => line.startsWith('kpis.json:3: kpis[1].label'))).toBe(true)
  })

  test('takes no id twice, and none that is built in', () => {
    const spend = withKpi('"formula": { "kind": "count", "of": {} }').replace('"one"', '"spend"')
    expect(problemOf(spend)).toBe('kpis.json:3: kpis[0].id "spend" is built in: choose another id')
    const one = '{ "id": "one", "label": "One", "formula": { "kind": "count", "of": {} } }'
    expect(problemOf(`{ "kpis": [ ${one},\n ${one} ] }`)).toBe(
      'kpis.json:2: kpis[1].id "one" is there twice: choose another id',
    )
  })

  test('may name pairs of dimensions to cross, in any order, and need not hold a KPI', () => {
    const text = '{ "crossed": [["device", "page"], ["page", "country"]] }'
    expect(parseKpiFile(text, 'kpis.json')).toEqual({
      kpis: [],
      crossed: [
        ['page', 'device'],
        ['page', 'country'],
      ],
    })
  })

  test.each([
    ['["page", "colour"]', 'crossed[0][1] must be one of page, referrer'],
    ['["page"]', 'crossed[0]'],
    ['"page"', 'crossed[0] must be two dimensions, such as ["page", "device"]'],
    ['["page", "page"]', 'crossed[0] crosses page with itself: choose two'],
    ['["device", "account"]', 'crossed[0] account and device are crossed without it: leave it out'],
    [
      '["page", "device"], ["device", "page"]',
      'crossed[1] page and device are there twice: leave one out',
    ],
  ])('names the line of a pair that cannot be crossed: %s', (pairs, words) => {
    expect(problemOf(`{\n  "crossed": [\n    ${pairs}\n  ]\n}`)).toContain(`kpis.json:3: ${words}`)
  })

  test('may be absent where nobody named it, and must be there where someone did', () => {
    const file = path.join(folder, 'kinesight.kpis.json')
    expect(readKpiFile(file, { optional: true })).toEqual({ kpis: [], crossed: [] })
    expect(() => readKpiFile(file, { optional: false })).toThrow(/ENOENT.*unset KPI_FILE/)
    writeFileSync(file, WHOLE)
    expect(readKpiFile(file, { optional: false }).kpis).toHaveLength(2)
    expect(() => readKpiFile(folder, { optional: true })).toThrow(/cannot be read/)
  })

  test('has another fingerprint once anything in it is different', () => {
    const { kpis } = parseKpiFile(WHOLE, 'kpis.json')
    const version = catalogVersion(createCatalog(kpis))
    expect(catalogVersion(createCatalog(parseKpiFile(WHOLE, 'other').kpis))).toBe(version)
    expect(catalogVersion(createCatalog(kpis.slice(1)))).not.toBe(version)
    expect(catalogVersion(createCatalog(kpis, [['page', 'device']]))).not.toBe(version)
  })
})

describe('a file that is none of KPIs', () => {
  const fileOf = (name: string, bytes: string | Uint8Array): string => {
    const file = path.join(folder, name)
    writeFileSync(file, bytes)
    return file
  }
  const refusal = (file: string): string => {
    try {
      readKpiFile(file, { optional: false })
    } catch (error) {
      expect(error).toBeInstanceOf(SetupError)
      return (error as Error).message
    }
    throw new Error('it was taken')
  }

  test.each([
    ['lists', `{\n"kpis": ${'['.repeat(100_000)}${']'.repeat(100_000)} }`, 2],
    ['objects', `${'{"a":\n'.repeat(50_000)}1${'}'.repeat(50_000)}`, MAX_KPI_FILE_DEPTH + 1],
    ['lists that nobody closed', '['.repeat(300_000), 1],
  ])('of deep %s is told in one line that names the place', (_what, text, line) => {
    const file = fileOf('deep.json', text)
    expect(refusal(file)).toBe(
      `${file}:${line}: brackets stand more than 32 deep in each other, which no KPI needs: remove some`,
    )
  })

  test('may begin with a byte order mark all the same', () => {
    const { kpis } = readKpiFile(fileOf('bom.json', `\ufeff${WHOLE}`), { optional: false })
    expect(kpis.map(({ id }) => id)).toEqual(['mobile_ctr', 'slow_pages'])
  })

  test('in another encoding is told to be', () => {
    const file = fileOf('utf16.json', Buffer.from(`\ufeff${WHOLE}`, 'utf16le'))
    expect(refusal(file)).toBe(`The file of KPIs ${file} is not UTF-8: save it as UTF-8`)
  })

  test('that is large is not read to its end', () => {
    const file = fileOf('large.json', ' '.repeat(MAX_KPI_FILE_BYTES + 1))
    expect(refusal(file)).toMatch(
      /^The file of KPIs .*large\.json is larger than 1 MiB, .*KPI_FILE$/,
    )
    const largest = fileOf('largest.json', `{}${' '.repeat(MAX_KPI_FILE_BYTES - 2)}`)
    expect(readKpiFile(largest, { optional: false }).kpis).toEqual([])
  })

  test('that is no file is told to be none', () => {
    expect(refusal(folder)).toMatch(/ cannot be read \(.*\): .* unset KPI_FILE$/)
  })

  test.skipIf(process.platform === 'win32')('that never ends, or begins, is none', () => {
    expect(refusal('/dev/zero')).toBe(
      'The file of KPIs /dev/zero cannot be read (it is not a file): name one, or unset KPI_FILE',
    )
    const pipe = path.join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(refusal(pipe)).toMatch(/pipe cannot be read \(it is not a file\)/)
  })

  test('of many mistakes has the first ones told', () => {
    const lines = refusal(fileOf('many.json', `{ "kpis": [${'1,\n'.repeat(40)}] }`)).split('\n')
    expect(lines).toHaveLength(MAX_MISTAKES + 1)
    expect(lines.at(-1)).toMatch(/many\.json: 20 more mistakes$/)
  })
})

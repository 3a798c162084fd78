import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

/** The rules of the house, held by reading the sources. `file` is a path from the root, with slashes. */
interface Source {
  file: string
  text: string
}

const ROOT = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '..',
)

/** Tracked, or about to be: what is ignored is nobody's business. */
const FILES = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '')

const BINARY = /\.(png|jpe?g|ico|woff2?|gz)$/

const SOURCES: Source[] = [...new Set(FILES)]
  .filter((file) => !BINARY.test(file))
  .flatMap((file) => {
    try {
      return [{ file, text: readFileSync(path.join(ROOT, file), 'utf8') }]
    } catch {
      return [] // deleted, not yet committed
    }
  })

const isCode = ({ file }: Source) => /\.tsx?$/.test(file)
const isTest = ({ file }: Source) => /\.(test|testing|bench)\.tsx?$/.test(file)
const CODE = SOURCES.filter((source) => isCode(source) && !isTest(source))

/** The room a file is in: what the import table speaks of. */
function roomOf(file: string): string {
  const [top, second, third] = file.split('/')
  if (top !== 'server') return top ?? ''
  if (third === undefined) return 'server'
  return second === 'apps' ? file.split('/').slice(0, 3).join('/') : `server/${second}`
}

interface Import {
  from: string
  typeOnly: boolean
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\bfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

const importsOf = (text: string): Import[] =>
  [...text.matchAll(IMPORT)].map((match) => ({
    from: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }))

/** What each room may import of the project besides itself; `types` (rooms or files) by `import type` only. */
const TABLE: Record<string, { rooms: string[]; types?: string[]; packages?: RegExp }> = {
  lib: { rooms: [], packages: /^zod$/ },
  'server/platform': { rooms: ['lib'] },
  'server/window': { rooms: ['lib'] },
  'server/insight': { rooms: ['lib'] },
  'server/marks': {
    rooms: ['lib', 'server/platform', 'server/damage', 'server/insight', 'server/window'],
    types: ['server/store'],
  },
  'server/stream': {
    rooms: ['lib', 'server/platform', 'server/damage'],
    types: ['server/store', 'server/config.ts'],
  },
  'server/store': { rooms: ['lib', 'server/platform', 'server/damage'] },
  'server/damage': { rooms: ['lib', 'server/platform'], types: ['server/store'] },
  components: { rooms: ['lib'], packages: /^(?!node:)/ },
  app: { rooms: ['components', 'lib'], packages: /^(?!node:|socket\.io)/ },
}
const APP = {
  rooms: ['lib', 'server/platform', 'server/damage', 'server/window'],
  types: ['server/store'],
}
/** Benchmarks compose the product as the server does, and the doctor asks every part about its rows. */
const COMPOSE = ['server', 'server/doctor', 'bench']
const PLUG = 'server/stream/stream-app.ts'

/** Every import that the table does not allow, in words. */
function forbiddenImports({ file, text }: Source): string[] {
  const room = roomOf(file)
  const isApp = room.startsWith('server/apps/')
  const rule = isApp ? APP : TABLE[room]
  return importsOf(text).flatMap(({ from, typeOnly }) => {
    const refuse = [`${file} imports ${from}`]
    if (!from.startsWith('.')) {
      if (from === 'socket.io-client' && !file.startsWith('components/live/')) return refuse
      return rule !== undefined && 'packages' in rule && !rule.packages?.test(from) ? refuse : []
    }
    const target = path.posix.join(path.posix.dirname(file), from)
    const other = roomOf(target)
    if (other === room || (isApp && target === PLUG)) return []
    if (other.startsWith('server/apps/') && !COMPOSE.includes(room)) return refuse
    if (rule !== undefined) {
      const allowed =
        rule.rooms.includes(other) ||
        (typeOnly && rule.types?.some((each) => each === other || each === target))
      return allowed ? [] : refuse
    }
    const pages = other === 'app' || other === 'components'
    return room.startsWith('server') && (pages || other === 'e2e') ? refuse : []
  })
}

const NOT_CODE =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\$]|\$(?!\{))*`/g
const CLOCK = /\bDate\.now\b|\bperformance\.now\b|\bnew Date\(\s*\)|\bprocess\.hrtime\b/
const MAY_READ_CLOCK = ['server/platform/clock.ts', 'components/live/clock.ts']

const readsClock = ({ text }: Source) => CLOCK.test(text.replace(NOT_CODE, ''))

const ENVIRONMENT = /^ {2}([A-Z][A-Z0-9_]+): /gm
const variablesOf = (config: string) => [...config.matchAll(ENVIRONMENT)].map((match) => match[1])

const MACHINE_PATH = /(?:^|[\s'"`(=:])\/(?:work|root|tmp|Users|home\/[\w.-]+)\/[\w.-]+/m
const PACKAGE_HOST =
  /\b(?:registry\.[a-z]+js\.org|registry\.yarnpkg|[\w-]*(?:artifactory|verdaccio|jfrog|codeartifact|nexus)[\w-]*\.\w+)\b/i

describe('the house', () => {
  it('every import is in the import table', () => {
    expect(CODE.length).toBeGreaterThan(20)
    expect(CODE.flatMap(forbiddenImports)).toEqual([])
  })

  it('one file of the server and one of the browser reads the clock', () => {
    const readers = CODE.filter(({ file }) => /^(lib|server|components|app)\//.test(file))
      .filter(readsClock)
      .map(({ file }) => file)
    expect(readers.filter((file) => !MAY_READ_CLOCK.includes(file))).toEqual([])
  })

  it('the environment is read in one place and given on', () => {
    const readers = CODE.filter(
      ({ file, text }) => file.startsWith('server/') && text.includes('process.env'),
    ).map(({ file }) => file)
    const entries = ['server/main.ts', 'server/embedded/replay.ts', 'server/doctor/doctor.ts']
    expect(readers.filter((file) => !entries.includes(file))).toEqual([])
  })

  it('every environment variable is in the README', () => {
    const config = SOURCES.find(({ file }) => file === 'server/config.ts')?.text ?? ''
    const readme = SOURCES.find(({ file }) => file === 'README.md')?.text ?? ''
    const variables = variablesOf(config)
    expect(variables).toContain('DATA_DIR')
    expect(variables.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
  })

  it('no file names a machine or a package host', () => {
    const found = SOURCES.filter(({ file }) => file !== 'server/house.test.ts')
      .filter(({ text }) => MACHINE_PATH.test(text) || PACKAGE_HOST.test(text))
      .map(({ file }) => file)
    expect(found).toEqual([])
    const lock = SOURCES.find(({ file }) => file === 'package-lock.json')?.text ?? ''
    expect(lock).toContain('"integrity"')
    expect(lock).not.toContain('"resolved"')
  })
})

describe('the checkers see', () => {
  const refused = (file: string, text: string) => forbiddenImports({ file, text })

  it.each([
    ['lib/a.ts', "import { pino } from 'pino'"],
    ['lib/a.ts', "import fs from 'node:fs'"],
    ['lib/a.ts', "import type { Schema } from '../server/store/schema.ts'"],
    ['server/window/a.ts', "import {\n  b,\n} from '../platform/clock.ts'"],
    ['server/stream/a.ts', "import { openStore } from '../store/open-store.ts'"],
    ['server/stream/a.ts', "export { a } from '../window/a.ts'"],
    ['server/apps/kpi/a.ts', "import { b } from '../spend/b.ts'"],
    ['server/apps/kpi/a.ts', "import type { B } from '../spend/b.ts'"],
    ['server/apps/kpi/a.ts', "import { b } from '../../stream/reader.ts'"],
    ['server/apps/kpi/a.ts', "import { b } from '../../store/open-store.ts'"],
    ['server/http/a.ts', "import { b } from '../apps/kpi/b.ts'"],
    ['server/http/a.ts', "import { b } from '../../components/ui/b.tsx'"],
    ['server/http/a.ts', "const b = await import('../apps/kpi/b.ts')"],
    ['components/kpi/a.tsx', "import { b } from '../../server/config.ts'"],
    ['components/kpi/a.tsx', "import { io } from 'socket.io-client'"],
    ['components/kpi/a.tsx', "import fs from 'node:fs'"],
    ['app/page.tsx', "import '../server/main.ts'"],
  ])('%s may not: %s', (file, text) => {
    expect(refused(file, text)).toHaveLength(1)
  })

  it.each([
    ['lib/a.ts', "import { z } from 'zod'"],
    ['server/stream/a.ts', "import type { Schema } from '../store/schema.ts'"],
    ['server/apps/kpi/a.ts', "import type { StreamApp } from '../../stream/stream-app.ts'"],
    ['server/apps/kpi/a.ts', "import { b } from './b.ts'"],
    ['server/assemble.ts', "import { kpi } from './apps/kpi/kpi.ts'"],
    ['components/live/a.ts', "import { io } from 'socket.io-client'"],
    ['app/shards/page.tsx', "import { Shards } from '../../components/shards/shards.tsx'"],
  ])('%s may: %s', (file, text) => {
    expect(refused(file, text)).toEqual([])
  })

  it('the clock in code, and not in words about it', () => {
    const reads = (text: string) => readsClock({ file: 'lib/a.ts', text })
    expect(reads('const t = Date.now()')).toBe(true)
    expect(reads("const url = 'http://a'; const t = performance.now()")).toBe(true)
    expect(reads('const t = new Date( )')).toBe(true)
    expect(reads('/* Date.now() */ // Date.now()\nconst t = "Date.now()"')).toBe(false)
    expect(reads('const t = new Date(now)')).toBe(false)
  })

  it('machine paths and package hosts', () => {
    expect(MACHINE_PATH.test('see /home/ann/project')).toBe(true)
    expect(MACHINE_PATH.test("cd '/tmp/scratch'")).toBe(true)
    expect(MACHINE_PATH.test('GET /home and https://example.org/tmp/x')).toBe(false)
    expect(PACKAGE_HOST.test('https://registry.npmjs.org/zod')).toBe(true)
    expect(PACKAGE_HOST.test('https://www.npmjs.com')).toBe(false)
  })

  it('the variables of a config', () => {
    expect(variablesOf('const e = z.object({\n  PORT: port(),\n  A_B: z.string(),\n})')).toEqual([
      'PORT',
      'A_B',
    ])
  })
})

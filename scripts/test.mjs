import './node-version.mjs'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ensureChromium } from './chromium.mjs'
import { inRoot } from './root.mjs'
import { run } from './run.mjs'
import { say } from './say.mjs'
import { setupOrExit } from './setup.mjs'

const MINUTE_MS = 60_000
/**
 * Whatever hangs, the sum is there by then. This and the limit of each part end what hangs, and are
 * several times what a slow machine takes: what is slow has to pass.
 */
const ALL_WITHIN_MS = 60 * MINUTE_MS
const startedAt = performance.now()
const SUMMARY = inRoot('.cache/test-summary.txt')

const vitest = (project, minutes) => ({
  name: project,
  args: [
    ...['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report(project)}`],
  ],
  limitMs: minutes * MINUTE_MS,
  count: (json) => ({
    passed: json.numPassedTests,
    failed: json.numFailedTests,
    skipped: json.numPendingTests + json.numTodoTests,
  }),
})

/** In order; `npm test -- unit e2e` runs only those named. */
const PARTS = [
  {
    name: 'types',
    args: ['node_modules/typescript/bin/tsc', '-p', '.'],
    limitMs: 5 * MINUTE_MS,
  },
  vitest('unit', 15),
  vitest('scenarios', 15),
  vitest('integration', 20),
  {
    name: 'e2e',
    args: ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report('e2e') },
    limitMs: 25 * MINUTE_MS,
    browser: true,
    count: ({ stats }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      skipped: stats.skipped,
    }),
  },
]

function report(name) {
  return inRoot(`.cache/test-${name}.json`)
}

/** Runs one part. A part that ends badly without naming a failed test counts as one failure. */
async function runPart(part, env) {
  say(`\n── ${part.name}`)
  rmSync(report(part.name), { force: true })
  const code = await run(process.execPath, part.args.map(absolute), {
    output: 'inherit',
    check: false,
    env: { ...env, ...part.env },
    timeoutMs: Math.max(1, Math.min(part.limitMs, leftMs())),
  })
  const counted = existsSync(report(part.name)) && part.count
  const sum = counted
    ? part.count(JSON.parse(readFileSync(report(part.name), 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 }
  if (code !== 0 && sum.failed === 0) sum.failed = 1
  return sum
}

const leftMs = () => startedAt + ALL_WITHIN_MS - performance.now()

const absolute = (arg) => (arg.startsWith('node_modules/') ? inRoot(arg) : arg)

const named = process.argv.slice(2)
const unknown = named.filter((name) => !PARTS.some((part) => part.name === name))
if (unknown.length > 0) {
  say(`${unknown.join(', ')}: no such part; there are ${PARTS.map(({ name }) => name).join(', ')}`)
  process.exit(1)
}
const chosen = PARTS.filter(({ name }) => named.length === 0 || named.includes(name))

rmSync(SUMMARY, { force: true })
await setupOrExit()
const env = {}
const total = { passed: 0, failed: 0, skipped: 0 }
const rows = []
mkdirSync(inRoot('.cache'), { recursive: true })
for (const part of chosen) {
  let sum
  try {
    if (part.browser) env.KINESIGHT_CHROMIUM = await ensureChromium()
    sum = await runPart(part, env)
  } catch (error) {
    say(error.message)
    sum = { passed: 0, failed: 1, skipped: 0 }
  }
  for (const key of Object.keys(total)) total[key] += sum[key]
  rows.push([part.name, sum])
}

say('')
for (const [name, sum] of rows) {
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''
  if (name === 'types') say(`types: ${sum.failed === 0 ? 'passed' : 'failed'}`)
  else say(`${name}: ${sum.passed} passed, ${sum.failed} failed${skipped}`)
}
const summary = `${total.passed} passed, ${total.failed} failed`
writeFileSync(SUMMARY, `${summary}\n`)
process.stdout.write(`${summary}\n`)
process.exit(total.failed === 0 ? 0 : 1)

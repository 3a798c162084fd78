import { spawn } from 'node:child_process'
import { ROOT } from './root.mjs'

const KEPT_CHARS = 40_000

/**
 * Runs a program to its end. `output: 'collect'` keeps the last of what it prints for the error,
 * `'inherit'` shows it. Resolves to the exit code with `check: false`, else rejects unless it is 0.
 */
export function run(program, args, options = {}) {
  const {
    output = 'collect',
    check = true,
    cwd = ROOT,
    env = {},
    timeoutMs,
    shell = false,
  } = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      shell,
      stdio: output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    let kept = ''
    const keep = (chunk) => {
      kept = (kept + chunk).slice(-KEPT_CHARS)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    const timers = []
    if (timeoutMs !== undefined) {
      timers.push(
        setTimeout(() => {
          keep(`\nstopped after ${timeoutMs / 1_000} s`)
          child.kill('SIGINT')
          timers.push(setTimeout(() => child.kill('SIGKILL'), 10_000))
        }, timeoutMs),
      )
    }
    const failed = (reason) =>
      reject(new Error(`${[program, ...args].join(' ')}: ${reason}\n${kept.trim()}`))
    child.once('error', (error) => {
      for (const timer of timers) clearTimeout(timer)
      failed(error.message)
    })
    child.once('close', (code, signal) => {
      for (const timer of timers) clearTimeout(timer)
      if (!check) resolve(code ?? 1)
      else if (code === 0) resolve(0)
      else failed(signal === null ? `exit code ${code}` : signal)
    })
  })
}

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** `CHAOS_SEED` plays one run again. */
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const MINUTES = 0.35
const WITHIN_MS = 200_000

test(
  `killed, split, merged and faulted at random for ${MINUTES * 60} s, every total is exact (seed ${SEED})`,
  async () => {
    const args = ['--minutes', String(MINUTES), '--seed', String(SEED)]
    const run = promisify(execFile)(process.execPath, ['scripts/chaos.mjs', ...args], {
      timeout: WITHIN_MS - 5_000,
      cwd: new URL('../..', import.meta.url),
      maxBuffer: 64 * 1_024 * 1_024,
    })
    const { stdout } = await run.catch((error: unknown) => error as { stdout: string })
    const failed = stdout.split('\n').filter((line) => line.startsWith('FAIL'))
    expect(failed, stdout).toEqual([])
    expect(stdout).toMatch(/^ok {3}order in a key/m)
  },
  WITHIN_MS,
)

import { mkdirSync, rmSync } from 'node:fs'
import { inRoot } from './root.mjs'

/**
 * A folder of this run's own, gone when the process ends or is told to end: several runs go side by side. Inside the
 * project, where packages are found.
 */
export function runFolder(name) {
  const folder = inRoot('.cache', `${name}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
  return folder
}

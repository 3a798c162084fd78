import { readdirSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'

/** What Linux counts processor time in. */
const TICKS_PER_SECOND = 100

/** User and system time of all threads of a process, in seconds. */
export function cpuSeconds(pid) {
  return ticksOf(`/proc/${pid}/stat`) / TICKS_PER_SECOND
}

/** Of its busiest thread alone. */
export function busiestThreadSeconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`)
  return (
    Math.max(...threads.map((id) => ticksOf(`/proc/${pid}/task/${id}/stat`))) / TICKS_PER_SECOND
  )
}

function ticksOf(file) {
  // The name, in brackets, may hold anything; user and system time are the 12th and 13th field after it.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** The resident set of a process, in bytes. */
export function rssBytes(pid) {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1_024
}

/** The value that a part `q` of `sorted` is not above. */
export const quantile = (sorted, q) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN

export const loadAverage = () => `load average ${loadavg()[0].toFixed(1)}`

export const mebibytes = (bytes) => `${Math.round(bytes / 1_048_576)} MiB`

export const say = (...lines) => process.stdout.write(`${lines.join('\n')}\n`)

/** What `npm run fuzz` runs: says how it goes, how much memory it takes, and what is wrong. */
import { runFuzz } from './run-fuzz.ts'

interface Run {
  seed: number
  from: number
  records: number
  logLines: readonly string[]
  say: (line: string) => void
}

const MEBIBYTE = 2 ** 20
const MAX_RSS_MB = 1_024
const SAY_EVERY = 50_000

/** true: every way to read told the same, no step was too long, and the memory was bounded. */
export async function fuzz({ seed, from, records, logLines, say }: Run): Promise<boolean> {
  say(`seed ${seed}, ${records} records from ${from} on`)
  const startedMs = performance.now()
  let mostMb = 0
  const { failures, longestMs, ...done } = await runFuzz({
    ...{ seed, from, records, logLines },
    // Processor time: a busy machine makes no step longer.
    nowMs: processorMs,
    progress(count) {
      const mb = Math.round(process.memoryUsage.rss() / MEBIBYTE)
      mostMb = Math.max(mostMb, mb)
      if (count % SAY_EVERY === 0) say(`${count} records, ${mb} MB resident`)
    },
  })
  const seconds = (performance.now() - startedMs) / 1_000
  for (const { record, problem, base64 } of failures) {
    say(
      `FAIL record ${record} (again with --seed ${seed} --from ${record} --records 1): ${problem}`,
    )
    say(`  base64 ${base64.slice(0, 4_000)}`)
  }
  say(
    `${done.records} records, ${Math.round(done.bytes / MEBIBYTE)} MB, in ${seconds.toFixed(0)} s; ` +
      `at most ${mostMb} MB resident, longest step ${longestMs.toFixed(1)} ms; ${failures.length} wrong`,
  )
  if (mostMb > MAX_RSS_MB) say(`FAIL more than ${MAX_RSS_MB} MB resident`)
  return failures.length === 0 && mostMb <= MAX_RSS_MB
}

function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** One run: the stream, what is put into it and what goes wrong, around a consumer that is killed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../server/platform/clock.ts'
import { pause } from '../../server/platform/pause.ts'
import { openStore } from '../../server/store/open-store.ts'
import { startFakeKinesis } from '../fake-kinesis/start-fake-kinesis.ts'
import { addChaosTables } from './chaos-tables.ts'
import { startConsumer } from './consumer-child.ts'
import { storedFates } from './consumer-says.ts'
import { createDamager } from './damager.testing.ts'
import { createKiller } from './killer.ts'
import { createLedger, itemsPut } from './ledger.ts'
import { planOf } from './plan.ts'
import { createProducer } from './producer.ts'
import { derivedRandom } from './random.ts'
import { createReshaper } from './reshaper.ts'
import { createRetention } from './retention.ts'
import { type Check, verify } from './verify.ts'
import { verifyDamage } from './verify-damage.testing.ts'
import { verifyKpis } from './verify-kpis.testing.ts'
import { createWeather } from './weather.ts'

export interface ChaosOptions {
  seed: number
  minutes: number
  /** Faults that never come, by kind or error type, and what is never done to a process. */
  without: readonly string[]
  /** The bundle of `consumer-process.testing.ts`. */
  consumerScript: string
  say: (line: string) => void
}

const TICK_MS = 50
/** A gap in the ticks is not made up for beyond this. */
const MOST_MS = 400
const TRIM_EVERY_MS = 2_000
const SAY_EVERY_MS = 15_000
/** From the last put to the last commit: a shard that was denied may pause for half a minute. */
const DRAINED_WITHIN_MS = 120_000
/** What nothing is added to for so long will not be added to. */
const STUCK_AFTER_MS = 60_000
/** A look at the shards comes every 10 s, and a finding takes two to go. */
const FINDINGS_GONE_WITHIN_MS = 25_000
/** A shard is looked at as soon as a process has started. */
const STOPPED_WITHIN_MS = 30_000
const LOOK_MS = 200

/** Resolves to whether everything was as it must be. */
export async function runChaos(options: ChaosOptions): Promise<boolean> {
  const { seed, minutes, say } = options
  const plan = planOf(seed, minutes)
  const random = (actor: string) => derivedRandom(seed, actor)
  const folder = mkdtempSync(path.join(tmpdir(), `kinesight-chaos-${seed}-`))
  const storeFile = path.join(folder, 'kinesight.db')
  say(`seed       ${seed}, ${minutes} min, ${JSON.stringify({ ...plan, seed: undefined })}`)

  const store = await openStore(storeFile)
  const { db } = store
  await addChaosTables(db)
  const fake = await startFakeKinesis({ shards: plan.firstShards, ...plan.stream })
  const ledger = createLedger()
  const producer = createProducer({
    stream: fake,
    ledger,
    random: random('producer'),
    now: systemClock.now,
    eventsPerSecond: plan.eventsPerSecond,
    partitionKeys: plan.partitionKeys,
  })
  const reshaper = createReshaper({
    stream: fake,
    random: random('reshaper'),
    everyMs: plan.reshardEveryMs,
    maxOpenShards: plan.maxOpenShards,
  })
  const weather = createWeather({
    faults: fake.faults,
    shardIds: fake.openShardIds,
    random: random('weather'),
    without: options.without,
  })
  const retention = createRetention({ stream: fake, db, random: random('retention') })
  const damageShare = options.without.includes('damage') ? 0 : plan.damage
  const damager = createDamager({
    db,
    random: random('damager'),
    now: systemClock.now,
    share: damageShare,
  })
  const hear = () => damager.hear(killer.child().says()?.readers ?? [])
  let generation = 0
  const killer = createKiller({
    random: random('killer'),
    everyMs: plan.killEveryMs,
    without: options.without,
    monotonicMs: systemClock.monotonicMs,
    async atRest() {
      hear()
      await damager.rest()
    },
    start: () =>
      startConsumer(options.consumerScript, {
        ...plan.consumer,
        storeFile,
        endpoint: fake.endpoint,
        streamName: fake.streamName,
        seed: seed + generation++,
      }),
  })

  const over = new AbortController()

  async function rage(): Promise<void> {
    const killing = killer.run(over.signal)
    const until = systemClock.monotonicMs() + plan.durationMs
    let before = systemClock.monotonicMs()
    let trimAt = before + TRIM_EVERY_MS
    let sayAt = before + SAY_EVERY_MS
    while (systemClock.monotonicMs() < until) {
      await pause(TICK_MS, over.signal)
      const now = systemClock.monotonicMs()
      const ms = Math.min(now - before, MOST_MS)
      before = now
      weather.advance(ms)
      reshaper.advance(ms)
      producer.advance(ms)
      hear()
      if (now >= trimAt) {
        trimAt = now + TRIM_EVERY_MS
        await retention.look()
      }
      if (now < sayAt) continue
      sayAt = now + SAY_EVERY_MS
      say(`           ${itemsPut(ledger)} put, ${sum(await storedFates(db))} stored`)
    }
    weather.clearUp()
    over.abort()
    await killing
  }

  /** A shard that is stopped says so; then it is remedied, and goes on. */
  async function mend(): Promise<Check[]> {
    if (damageShare === 0) return []
    const from = systemClock.monotonicMs()
    const never = new AbortController().signal
    for (hear(); damager.awaited() !== undefined; hear()) {
      if (systemClock.monotonicMs() - from > STOPPED_WITHIN_MS) break
      await pause(LOOK_MS, never)
    }
    const silent = damager.awaited()
    const readers = killer.child().says()?.readers ?? []
    await killer.endBetween(damager.lastRest)
    return silent === undefined
      ? []
      : [{ name: 'stopped', ok: false, says: [`${silent} did not say so`, ...readers].join('\n') }]
  }

  /** Undefined once all is in the store and every finding is gone; else what is missing. */
  async function missing(): Promise<string | undefined> {
    const behind = itemsPut(ledger) - sum(await storedFates(db))
    if (behind > 0) return `${behind} events`
    const rows = await db.selectFrom('shard').select(['shard_id', 'finished']).execute()
    const finished = new Map(rows.map((row) => [row.shard_id, row.finished === 1]))
    const unread = fake
      .shards()
      .filter(({ shardId, closed }) => finished.get(shardId) !== (closed !== undefined))
    return unread.length > 0
      ? `shards ${unread.map(({ shardId }) => shardId).join(' ')}`
      : undefined
  }

  async function drain(): Promise<Check> {
    const name = 'drained'
    const from = systemClock.monotonicMs()
    const never = new AbortController().signal
    let before: string | undefined
    let changedAt = from
    for (;;) {
      const left = await missing()
      const now = systemClock.monotonicMs()
      const ms = now - from
      if (left !== before) changedAt = now
      before = left
      if (left === undefined) {
        return { name, ok: true, says: `${(ms / 1_000).toFixed(1)} s after the last put` }
      }
      if (now - changedAt > STUCK_AFTER_MS || ms > DRAINED_WITHIN_MS + plan.durationMs)
        return { name, ok: false, says: stuck(left) }
      await pause(LOOK_MS, never)
    }
  }

  const stuck = (left: string): string => {
    const readers = killer.child().says()?.readers ?? []
    return [`${left} are missing; the readers say:`, ...readers, killer.child().logTail()].join(
      '\n',
    )
  }

  async function lineage(): Promise<Check> {
    const name = 'lineage'
    const from = systemClock.monotonicMs()
    const never = new AbortController().signal
    for (;;) {
      const says = killer.child().says()
      if (says !== undefined && says.findings.length === 0 && says.unsettled === 0) {
        return {
          name,
          ok: true,
          says: 'nothing found in the listing, and every open shard is read',
        }
      }
      if (systemClock.monotonicMs() - from > FINDINGS_GONE_WITHIN_MS) {
        const nothing = `nothing was said\n${killer.child().logTail()}`
        return {
          name,
          ok: false,
          says:
            says === undefined
              ? nothing
              : [JSON.stringify(says.findings), ...says.readers].join('\n'),
        }
      }
      await pause(LOOK_MS, never)
    }
  }

  function lives(): Check {
    const { problems, endedWithinMs } = killer
    const slowest = Math.round(Math.max(0, ...endedWithinMs))
    const says =
      problems.length > 0
        ? problems.join('\n')
        : `${generation} processes, ${endedWithinMs.length} told to end and repeated nothing, slowest ${slowest} ms`
    return { name: 'processes', ok: problems.length === 0, says }
  }

  /** Of two minutes and more lies and broken answers come, unless faults are left out; planned damage always. */
  function metEnough(): Check {
    const name = 'weather'
    const hasDamage = damageShare === 0 || damager.wounds.length > 0
    const says = `${weather.lies()} answers that lied, ${weather.broken()} that were broken${hasDamage ? '' : ', and no row was damaged'}`
    const isSpared = minutes < 2 || options.without.length > 0
    const hasLied = isSpared || (weather.lies() > 0 && weather.broken() > 0)
    return { name, ok: hasLied && hasDamage, says }
  }

  try {
    await rage()
    const checks = [...(await mend()), await drain(), await lineage()]
    await killer.end()
    checks.push(...(await verify({ db, ledger, stream: fake, lastOf: producer.lastOf })))
    checks.push(...(await verifyDamage(db, damager)))
    checks.push(await verifyKpis(db, ledger), lives(), metEnough())
    for (const check of checks) say(lineOf(check))
    say(`put        ${producer.records} records, ${producer.bytes} bytes`)
    say(`reshards   ${reshaper.splits} splits, ${reshaper.merges} merges`)
    say(`trimmed    ${retention.trimmed} times`)
    say(`done       ${listed(killer.done)}`)
    say(`faults     ${listed(weather.met)}`)
    const ok = checks.every((check) => check.ok)
    if (ok) rmSync(folder, { recursive: true, force: true })
    else {
      say(`kept       ${folder}`)
      const without = options.without.length > 0 ? ` --without ${options.without.join()}` : ''
      say(`again      npm run chaos -- --minutes ${minutes} --seed ${seed}${without}`)
    }
    return ok
  } finally {
    over.abort()
    await killer.killAll()
    await fake.close()
    await store.close()
  }
}

const sum = ({ applied, duplicate, rejected }: Awaited<ReturnType<typeof storedFates>>): number =>
  applied + duplicate + rejected

const lineOf = ({ name, ok, says }: Check): string =>
  `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(16)} ${says}`

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ')

import { SECOND_MS } from '../../lib/time.ts'
import { pause } from '../../server/platform/pause.ts'
import type { ConsumerChild, Ending } from './consumer-child.ts'
import { EXIT_FAILED, EXIT_LATE } from './consumer-messages.ts'
import { between, chance, type Random, weighted, whole } from './random.ts'

const ACTIONS = { kill: 45, kill_early: 18, pause: 12, end: 14, end_twice: 6, take_over: 5 }
type Action = keyof typeof ACTIONS

/** One that was fenced off finds out at its next commit. */
const FENCED_WITHIN_MS = 30 * SECOND_MS
const TAKEN_OVER_WITHIN_MS = 10 * SECOND_MS

export interface Killer {
  /** Until `signal` aborts, and what is under way is done. */
  run(signal: AbortSignal): Promise<void>
  /** Ends the process as an operator would. */
  end(): Promise<void>
  /** Ends it as well, and starts it again after `between`. */
  endBetween(between: () => Promise<void>): Promise<void>
  /** Whatever still runs goes. */
  killAll(): Promise<void>
  child(): ConsumerChild
  readonly done: ReadonlyMap<string, number>
  /** What no process may do. */
  readonly problems: readonly string[]
  /** How long ending took, ms. */
  readonly endedWithinMs: readonly number[]
}

export function createKiller(ports: {
  start: () => ConsumerChild
  /** What happens while no process runs. */
  atRest: () => Promise<void>
  random: Random
  everyMs: number
  /** Actions that are never done. */
  without: readonly string[]
  monotonicMs: () => number
}): Killer {
  const { random } = ports
  const actions = Object.fromEntries(
    Object.entries(ACTIONS).filter(([name]) => !ports.without.includes(name)),
  ) as typeof ACTIONS
  const done = new Map<string, number>()
  const problems: string[] = []
  const endedWithinMs: number[] = []
  let child = ports.start()
  let all = [child]

  function start(): void {
    child = ports.start()
    all = [...all.filter((each) => !each.isOver()), child]
  }

  async function startAnew(): Promise<void> {
    await ports.atRest()
    start()
  }

  const problem = (words: string, of: ConsumerChild, ending?: Ending): void => {
    const how = ending === undefined ? '' : ` (${ending.code ?? ending.signal})`
    problems.push(
      `${words}${how}: ${of.failure() ?? ''}\n${of.logTail().split('\n').slice(-6).join('\n')}`,
    )
  }

  async function kill(): Promise<void> {
    const ending = await signalled('SIGKILL')
    if (ending.signal !== 'SIGKILL') problem('it ended before it was killed', child, ending)
  }

  function signalled(signal: NodeJS.Signals): Promise<Ending> {
    child.send(signal)
    return child.ended
  }

  async function end(): Promise<void> {
    const of = child
    const sentAt = ports.monotonicMs()
    const started = of.started()
    const ending = await signalled('SIGTERM')
    const stopped = of.stopped()
    if (ending.code === EXIT_LATE) return problem('it did not end within 2 s', of, ending)
    // Before its first line ran, a process has no way to end by itself.
    const ended = ending.code === 0 || (!started && ending.signal === 'SIGTERM')
    if (!ended) return problem('it did not end well', of, ending)
    if (stopped === undefined) return
    endedWithinMs.push(ports.monotonicMs() - sentAt)
    const { taken, stored } = stopped
    if (JSON.stringify(taken) !== JSON.stringify(stored)) {
      problem(
        `ended with ${JSON.stringify(taken)} taken in and ${JSON.stringify(stored)} stored`,
        of,
      )
    }
  }

  async function endTwice(): Promise<void> {
    const of = child
    of.send('SIGTERM')
    const ending = await signalled('SIGTERM')
    const ended = ending.code === 0 || ending.code === 1 || ending.signal === 'SIGTERM'
    if (!ended) problem('told twice, it did not end', of, ending)
  }

  async function standStill(signal: AbortSignal): Promise<void> {
    const of = child
    of.send('SIGSTOP')
    await pause(between(random, 300, 4_000), signal)
    of.send('SIGCONT')
  }

  /** The one before comes back to life: it must not write any more, and end. */
  async function takeOver(signal: AbortSignal): Promise<void> {
    const before = child
    if (!before.started()) return
    before.send('SIGSTOP')
    // It is not at rest: it comes back.
    start()
    await until(() => child.started() || child.isOver(), TAKEN_OVER_WITHIN_MS, signal)
    before.send('SIGCONT')
    const ending = await within(FENCED_WITHIN_MS, before.ended)
    if (ending === undefined) {
      problem('it goes on beside the one that took over', before)
      before.send('SIGKILL')
      await before.ended
    } else if (ending.code !== EXIT_FAILED || !/another Kinesight/.test(before.failure() ?? '')) {
      problem('fenced off, it did not say so', before, ending)
    }
  }

  async function act(action: Action, signal: AbortSignal): Promise<void> {
    switch (action) {
      case 'kill':
        await kill()
        return startAnew()
      case 'kill_early':
        await kill()
        for (let times = whole(random, 1, 3); times > 0; times--) {
          await startAnew()
          await pause(between(random, 0, 900), signal)
          await kill()
          count('kill')
        }
        return startAnew()
      case 'pause':
        return standStill(signal)
      case 'end':
        await end()
        return startAnew()
      case 'end_twice':
        await endTwice()
        return startAnew()
      case 'take_over':
        return takeOver(signal)
    }
  }

  const count = (name: string) => void done.set(name, (done.get(name) ?? 0) + 1)

  return {
    async run(signal) {
      while (!signal.aborted) {
        const waitMs = chance(random, 0.15) ? 0 : between(random, 0, 2 * ports.everyMs)
        await pause(waitMs, signal)
        if (child.isOver()) {
          problem('it ended by itself', child, await child.ended)
          await startAnew()
        }
        if (signal.aborted) break
        const action = weighted(random, actions)
        count(action)
        await act(action, signal)
      }
    },
    end,
    async endBetween(work) {
      await end()
      await work()
      start()
    },
    async killAll() {
      for (const each of all) if (!each.isOver()) each.send('SIGKILL')
      await Promise.all(all.map((each) => each.ended))
    },
    child: () => child,
    done,
    problems,
    endedWithinMs,
  }
}

async function until(check: () => boolean, withinMs: number, signal: AbortSignal): Promise<void> {
  const STEP_MS = 50
  for (let left = withinMs; left > 0 && !check() && !signal.aborted; left -= STEP_MS) {
    await pause(STEP_MS, signal)
  }
}

/** undefined: not in time. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController()
  const late = pause(ms, over.signal).then(() => undefined)
  const result = await Promise.race([work, late])
  over.abort()
  return result
}

import { createdAgain, type Incarnations } from '../lib/incarnation.ts'
import { answerText } from './answer-text.ts'
import type { KpiApp } from './apps/kpi/kpi-app.ts'
import { kpisCsv, seriesCsv } from './http/kpi-csv.ts'
import type { LiveViews } from './live-views.ts'
import type { AnswerText, Question } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import type { Turns } from './platform/turns.ts'
import type { ViewParts } from './view-sources.ts'

/** What is asked: the KPIs of a stream, by its number. */
interface AskedStream extends Pick<ViewParts, 'kpiOf'> {
  incarnations: Incarnations
}

/** `kpis` and `series` are answered as `AnswerText`, and not at all where `signal` aborts. */
export type Answer = (question: Question, signal?: AbortSignal) => Promise<unknown>

/** `reached`: resolves once the stream is, rejects where that takes long. */
export function createAnswers(ports: {
  reached: () => Promise<AskedStream>
  views: Pick<LiveViews, 'once'>
  metrics: { text(): Promise<string> }
  turns: Turns
  clock: Clock
}): Answer {
  const { views, metrics, turns, clock } = ports

  async function answer(question: Question, signal?: AbortSignal): Promise<unknown> {
    const now = clock.now()
    switch (question.kind) {
      case 'kpis':
      case 'series':
        return text(question, now, signal)
      case 'live':
        return views.once({ kind: 'shards' }, now)
      case 'shard':
        return views.once({ kind: 'shard', shardId: question.shardId }, now)
      case 'metrics':
        return metrics.text()
    }
  }

  /** Computed in turns with what others want. */
  async function text(
    question: Extract<Question, { kind: 'kpis' | 'series' }>,
    now: number,
    signal: AbortSignal | undefined,
  ): Promise<AnswerText> {
    const worker = turns.worker()
    signal?.addEventListener('abort', worker.end)
    const { form } = question
    const { turn } = worker
    await turn()
    if (question.kind === 'kpis') {
      const { query } = question
      const found = await asked(query.incarnation, (kpi) => kpi.inTurns(turn).kpis(query, now))
      return answerText(found, form, { csv: kpisCsv, turn })
    }
    const { query } = question
    const found = await asked(query.incarnation, (kpi) => kpi.inTurns(turn).series(query, now))
    return answerText(found, form, { csv: seriesCsv, turn })
  }

  /** Of the stream of this number, and with the moment where the range began before it. */
  async function asked<Found extends { from: number }>(
    incarnation: number | undefined,
    ask: (kpi: KpiApp) => Promise<Found>,
  ) {
    const there = await ports.reached()
    const { incarnations } = there
    const number = incarnation ?? incarnations.incarnation.number
    const kpi = await there.kpiOf(number)
    if (kpi === undefined) throw new Error(`there was no stream of number ${number}`)
    const found = await ask(kpi)
    const again = createdAgain(incarnations, number, found.from)
    return {
      ...found,
      ...(incarnation !== undefined && { incarnation }),
      ...(again !== undefined && { createdAgain: again }),
    }
  }

  return answer
}

import { expect, it } from 'vitest'
import { PIECES_AHEAD } from './answer-inbox.ts'
import { createPipelineAnswers } from './pipeline-answers.ts'
import type { AnswerText, FromWorker } from './pipeline-port.ts'
import { createQuestions } from './pipeline-questions.ts'

const QUESTION = {
  kind: 'series',
  query: { kpi: 'spend', spanMs: 1, stepMs: 1 },
  form: 'json',
} as const
const PIECES = 20

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Both ends of the port, with an answer of some pieces in between. */
function started(pieces = PIECES) {
  const told: FromWorker[] = []
  const made = { pieces: 0, stopped: false }
  const answers = createPipelineAnswers(
    async (_question, signal) => {
      signal.addEventListener('abort', () => {
        made.stopped = true
      })
      return {
        file: undefined,
        pieces: (async function* () {
          for (; made.pieces < pieces; made.pieces++) yield String(made.pieces)
        })(),
      }
    },
    (message) => {
      told.push(message)
      if (message.kind === 'text') questions.text(message.id, message.file)
      else if (message.kind === 'piece') questions.piece(message.id, message.piece)
      else if (message.kind === 'text_end') questions.textEnd(message.id)
      else if (message.kind === 'failure') questions.refuse(message.id, message.message)
    },
  )
  const questions = createQuestions({ onTaken: answers.more, onLeft: answers.enough })
  const { id, answer } = questions.ask<AnswerText>(QUESTION)
  answers.ask(id, QUESTION)
  return { told, made, questions, answers, answer, id }
}

it('an answer is made no further ahead than whoever takes it has room for', async () => {
  const { answer, made } = started()
  const { pieces } = await answer
  for (let n = 0; n < 50; n++) await turn()
  expect(made.pieces).toBeLessThanOrEqual(PIECES_AHEAD)
  const taken: string[] = []
  for await (const piece of pieces) taken.push(piece)
  expect(taken).toEqual(Array.from({ length: PIECES }, (_, n) => String(n)))
})

it('whoever stops taking it stops its making', async () => {
  const { answer, made } = started()
  const { pieces } = await answer
  for await (const piece of pieces) if (piece === '2') break
  await turn()
  expect(made).toMatchObject({ stopped: true })
  expect(made.pieces).toBeLessThan(PIECES)
})

it('a question that nobody waits for any more is stopped before it is answered', async () => {
  const { answer, made, questions, answers, id } = started()
  expect(questions.leave(id)).toBe(true)
  answers.enough(id)
  await expect(answer).rejects.toThrow('nobody waits')
  await turn()
  expect(made).toEqual({ pieces: 0, stopped: true })
})

it('whoever hangs up while the next piece is awaited waits no longer', async () => {
  const { answer, made, questions, answers, id } = started(Number.POSITIVE_INFINITY)
  const { pieces } = await answer
  const taken = pieces[Symbol.asyncIterator]()
  for (let n = 0; n < 3; n++) await taken.next()
  expect(questions.leave(id)).toBe(true)
  answers.enough(id)
  let last = await taken.next()
  while (last.done !== true) last = await taken.next()
  const before = made.pieces
  await turn()
  expect(made).toEqual({ pieces: before, stopped: true })
  expect(questions.leave(id)).toBe(false)
})

it('where the pipeline is replaced, a text that has begun breaks off, and what has not is asked again', async () => {
  const { answer, questions } = started()
  const { pieces } = await answer
  const waiting = questions.ask(QUESTION)
  waiting.answer.catch(() => {})
  questions.cut('the pipeline was replaced')
  const taking = (async () => {
    for await (const _ of pieces);
  })()
  await expect(taking).rejects.toThrow('replaced')
  expect(questions.open().map(({ id }) => id)).toEqual([waiting.id])
})

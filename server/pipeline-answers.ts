import { PIECES_AHEAD } from './answer-inbox.ts'
import type { AnswerText, FromWorker, Question } from './pipeline-port.ts'
import { messageOf } from './platform/errors.ts'

/** Answers the main thread's questions, text in pieces, no more of them than it has room for. */
export interface PipelineAnswers {
  ask(id: number, question: Question): void
  /** There is room for another piece. */
  more(id: number): void
  /** Nobody waits for the answer any more. */
  enough(id: number): void
}

interface Open {
  left: AbortController
  room: number
  onRoom: () => void
}

export function createPipelineAnswers(
  answer: (question: Question, signal: AbortSignal) => Promise<unknown>,
  post: (message: FromWorker) => void,
): PipelineAnswers {
  const open = new Map<number, Open>()

  async function tell(id: number, question: Question, one: Open): Promise<void> {
    const { signal } = one.left
    try {
      const answered = await answer(question, signal)
      if (signal.aborted) return
      if (isText(question)) await send(id, answered as AnswerText, one)
      else post({ kind: 'answer', id, answer: answered })
    } catch (error) {
      if (!signal.aborted) post({ kind: 'failure', id, message: messageOf(error) })
    } finally {
      open.delete(id)
    }
  }

  async function send(id: number, { file, pieces }: AnswerText, one: Open): Promise<void> {
    post({ kind: 'text', id, file })
    for await (const piece of pieces) {
      if (one.room === 0) await roomIn(one)
      if (one.left.signal.aborted) return
      one.room--
      post({ kind: 'piece', id, piece })
    }
    post({ kind: 'text_end', id })
  }

  const roomIn = (one: Open): Promise<void> =>
    new Promise((resolve) => {
      one.onRoom = resolve
    })

  return {
    ask(id, question) {
      const one: Open = { left: new AbortController(), room: PIECES_AHEAD, onRoom: () => {} }
      open.set(id, one)
      void tell(id, question, one)
    },
    more(id) {
      const one = open.get(id)
      if (one === undefined) return
      one.room++
      one.onRoom()
    },
    enough(id) {
      const one = open.get(id)
      one?.left.abort()
      one?.onRoom()
    },
  }
}

const isText = ({ kind }: Question): boolean => kind === 'kpis' || kind === 'series'

import { type AnswerInbox, createAnswerInbox } from './answer-inbox.ts'
import type { Question } from './pipeline-port.ts'

interface Asked {
  id: number
  question: Question
  resolve: (answer: unknown) => void
  reject: (error: Error) => void
}

/** What the worker was asked and has not answered yet. */
export interface Questions {
  ask<Answer>(question: Question): { id: number; answer: Promise<Answer> }
  /** Those without an answer, to ask another worker. */
  open(): readonly { id: number; question: Question }[]
  answer(id: number, answer: unknown): void
  /** The answer comes as text: it is an `AnswerText`. */
  text(id: number, file: string | undefined): void
  piece(id: number, piece: string): void
  textEnd(id: number): void
  /** Of texts that have begun no more comes; of these, or of all. */
  cut(reason: string, ids?: readonly number[]): void
  /** Nobody waits for it, or for the rest of it, any more. False: it was answered. */
  leave(id: number): boolean
  refuse(id: number, reason: string): void
  refuseAll(reason: string): void
}

/** The worker is told when a piece was taken, and when nobody takes the rest. */
export function createQuestions(ports: {
  onTaken: (id: number) => void
  onLeft: (id: number) => void
}): Questions {
  const asked = new Map<number, Asked>()
  const texts = new Map<number, AnswerInbox>()
  let nextId = 1

  function take(id: number): Asked | undefined {
    const one = asked.get(id)
    asked.delete(id)
    return one
  }

  function cut(reason: string, ids: readonly number[] = [...texts.keys()]): void {
    for (const id of ids) {
      texts.get(id)?.fail(new Error(reason))
      texts.delete(id)
    }
  }

  return {
    ask<Answer>(question: Question) {
      const id = nextId++
      const answer = new Promise<Answer>((resolve, reject) => {
        asked.set(id, { id, question, resolve: resolve as (answer: unknown) => void, reject })
      })
      return { id, answer }
    },
    open: () => [...asked.values()],
    answer: (id, answer) => take(id)?.resolve(answer),
    text(id, file) {
      const one = take(id)
      if (one === undefined) return
      const inbox = createAnswerInbox(file, {
        onTaken: () => ports.onTaken(id),
        onLeft() {
          texts.delete(id)
          ports.onLeft(id)
        },
      })
      texts.set(id, inbox)
      one.resolve(inbox.text)
    },
    piece: (id, piece) => texts.get(id)?.put(piece),
    textEnd(id) {
      texts.get(id)?.end()
      texts.delete(id)
    },
    cut,
    leave(id) {
      const one = take(id)
      one?.reject(new Error('nobody waits for the answer any more'))
      const text = texts.get(id)
      text?.end()
      texts.delete(id)
      return one !== undefined || text !== undefined
    },
    refuse(id, reason) {
      take(id)?.reject(new Error(reason))
      texts.get(id)?.fail(new Error(reason))
      texts.delete(id)
    },
    refuseAll(reason) {
      cut(reason)
      for (const { id } of [...asked.values()]) take(id)?.reject(new Error(reason))
    },
  }
}

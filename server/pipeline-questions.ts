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
  refuse(id: number, reason: string): void
  refuseAll(reason: string): void
}

export function createQuestions(): Questions {
  const asked = new Map<number, Asked>()
  let nextId = 1

  function take(id: number): Asked | undefined {
    const one = asked.get(id)
    asked.delete(id)
    return one
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
    refuse: (id, reason) => take(id)?.reject(new Error(reason)),
    refuseAll(reason) {
      for (const { id } of [...asked.values()]) take(id)?.reject(new Error(reason))
    },
  }
}

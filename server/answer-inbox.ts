import type { AnswerText } from './pipeline-port.ts'

/** Pieces that the pipeline may be ahead of whoever takes them; each is some tens of kilobytes. */
export const PIECES_AHEAD = 4

/** Where the pieces of an answer arrive, of another thread, and are taken one by one. */
export interface AnswerInbox {
  text: AnswerText
  put(piece: string): void
  end(): void
  /** No more comes. */
  fail(error: Error): void
}

export function createAnswerInbox(
  file: string | undefined,
  ports: {
    /** A piece was taken: there is room for another one. */
    onTaken: () => void
    /** Nobody takes the rest. */
    onLeft: () => void
  },
): AnswerInbox {
  const pieces: string[] = []
  let state: 'open' | 'ended' | Error = 'open'
  let wake: () => void = () => {}

  function change(next: typeof state): void {
    if (state === 'open') state = next
    wake()
  }

  async function* take(): AsyncGenerator<string> {
    try {
      for (;;) {
        const piece = pieces.shift()
        if (piece !== undefined) {
          ports.onTaken()
          yield piece
        } else if (state === 'ended') return
        else if (state !== 'open') throw state
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      if (state === 'open') ports.onLeft()
    }
  }

  return {
    text: { file, pieces: take() },
    put(piece) {
      pieces.push(piece)
      wake()
    },
    end: () => change('ended'),
    fail: (error) => change(error),
  }
}

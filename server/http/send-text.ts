import type { ServerResponse } from 'node:http'
import { setImmediate as nextRound } from 'node:timers/promises'

/** Whoever takes nothing of an answer for so long does not get the rest: others wait for its place. */
const STALLED_MS = 10_000

/**
 * Sends a text as it is made, a piece a task, and no faster than it is taken. One that is not longer than a piece says its
 * length. Rejects where it cannot be sent to its end; the connection has ended then.
 */
export async function sendText(
  response: ServerResponse,
  status: number,
  type: string,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  response.statusCode = status
  response.setHeader('content-type', type)
  let held: string | undefined
  try {
    for await (const piece of pieces) {
      if (held !== undefined) await write(response, held)
      // Whoever hung up gets no more; leaving the loop says so to whoever makes the pieces.
      if (response.destroyed) return
      held = piece
    }
  } catch (error) {
    // What was sent looks like a whole answer otherwise.
    if (response.headersSent) response.destroy()
    throw error
  }
  if (response.destroyed) return
  if (!response.headersSent) response.setHeader('content-length', Buffer.byteLength(held ?? ''))
  // Node leaves the body out where the request was HEAD.
  response.end(held)
}

async function write(response: ServerResponse, piece: string): Promise<void> {
  if (response.write(piece)) await nextRound()
  else if (!response.destroyed) await drained(response)
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const stalled = setTimeout(() => {
      response.destroy()
      go()
    }, STALLED_MS)
    const go = () => {
      clearTimeout(stalled)
      response.off('drain', go)
      response.off('close', go)
      resolve()
    }
    response.once('drain', go)
    response.once('close', go)
  })
}

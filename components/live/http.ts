import type { Problem } from '../../lib/api.ts'

/** What the API answered; `problem` is in words for the screen. */
export type Answered<T> = { ok: true; value: T } | { ok: false; problem: Problem }

const NO_ANSWER: Problem = {
  type: 'about:blank',
  title: 'No answer',
  status: 0,
  detail: 'The server does not answer. Check that Kinesight is running, then try again.',
}

/** Throws only the abort of `signal`. */
export const getJson = <T>(path: string, signal?: AbortSignal): Promise<Answered<T>> =>
  ask<T>(path, signal === undefined ? {} : { signal })

/** Sends `body` as JSON; `undefined` sends none. An answer without a body is `undefined`. */
export const sendJson = <T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answered<T>> =>
  ask<T>(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

async function ask<T>(path: string, init: RequestInit): Promise<Answered<T>> {
  try {
    const response = await fetch(path, { ...init, credentials: 'same-origin', redirect: 'error' })
    const text = await response.text()
    if (response.ok) {
      return { ok: true, value: (text === '' ? undefined : JSON.parse(text)) as T }
    }
    return { ok: false, problem: problemOf(response, text) }
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    return { ok: false, problem: NO_ANSWER }
  }
}

function problemOf(response: Response, text: string): Problem {
  if (response.headers.get('content-type')?.startsWith('application/problem+json') === true) {
    return JSON.parse(text) as Problem
  }
  const detail = `The server answered ${response.status} without saying why. Try again, or look at its log.`
  return { type: 'about:blank', title: response.statusText, status: response.status, detail }
}

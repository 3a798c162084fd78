import { sendJson } from '../live/http.ts'

/** Turns the demo traffic on or off. Answers what went wrong, in words; null: nothing did. */
export async function switchDemo(state: 'on' | 'off'): Promise<string | null> {
  const answer = await sendJson('PUT', '/api/v1/demo', { state })
  return answer.ok ? null : answer.problem.detail
}

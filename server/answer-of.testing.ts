import type { AnswerText, Wanted } from './pipeline-port.ts'

export const AS_JSON: Wanted = { form: 'json', signal: new AbortController().signal }

/** What an answer says, taken to its end. */
export async function answerOf<Answer>(asked: Promise<AnswerText>): Promise<Answer> {
  let text = ''
  for await (const piece of (await asked).pieces) text += piece
  return JSON.parse(text) as Answer
}

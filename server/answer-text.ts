import type { CsvFile } from './http/csv.ts'
import { csvPieces, jsonPieces } from './http/text-pieces.ts'
import type { AnswerForm, AnswerText } from './pipeline-port.ts'

/** The text of an answer, made piece by piece, each in a turn of its own. */
export function answerText<Answer>(
  answer: Answer,
  form: AnswerForm,
  { csv, turn }: { csv: (answer: Answer) => CsvFile; turn: () => Promise<void> },
): AnswerText {
  async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string> {
    let isFirst = true
    for (const piece of pieces) {
      // The first belongs to the turn in which the answer was found.
      if (!isFirst) await turn()
      isFirst = false
      yield piece
    }
  }
  if (form === 'json') return { file: undefined, pieces: inTurns(jsonPieces(answer)) }
  const file = csv(answer)
  return { file: file.name, pieces: inTurns(csvPieces(file, { bom: form === 'csv_with_bom' })) }
}

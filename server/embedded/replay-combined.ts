import { createHash } from 'node:crypto'
import { parseCombined } from '../stream/records/combined/parse-combined.ts'
import { type ParsedLine, skipped } from './replay-line.ts'

/**
 * One line of an access log (Apache, nginx, Traefik): the events that `parseCombined` finds in it. Their ids come
 * from the line's text and number, so replaying a file again makes the same events, while two equal lines in one file
 * stay two requests.
 */
export function parseCombinedLine(line: string, number: number): ParsedLine {
  if (line.trim() === '') return { kind: 'blank' }
  const parsed = parseCombined(line)
  if (parsed.kind === 'skipped') return skipped(parsed.reason)
  const { at, visitor, partlyRead } = parsed
  const id = `${createHash('sha256').update(line).digest('hex').slice(0, 20)}:${number}`
  const events = parsed.events.map((event) => ({
    event: { id: `${id}:${event.type}`, ...event },
    at,
  }))
  return { kind: 'events', events, partitionKey: visitor, partlyRead }
}

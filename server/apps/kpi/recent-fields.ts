import type { StreamEvent } from '../../../lib/event.ts'
import {
  type EventFilter,
  fieldText,
  matchesFilter,
  meets,
  NUMBER_CONDITION_FIELDS,
  TEXT_CONDITION_FIELDS,
} from '../../../lib/event-filter.ts'
import type { FilterMatch, SeenCell, SeenField } from '../../../lib/frames.ts'
import type { RecentEvents } from './recent-events.ts'

const MAX_TYPES = 30
const MAX_VALUES = 12
const MAX_PROPS = 20
const MAX_SAMPLES = 2
const MAX_SAMPLE_FIELDS = 8
const MAX_VALUE_LENGTH = 256

/** What the newest events are like: for those who look for a condition that some of them meet. */
export function seenIn(
  recent: RecentEvents,
  { types, filters }: { types: readonly string[]; filters: readonly EventFilter[] },
): SeenCell {
  const events = newestFirst(recent)
  const asked = events.filter(({ type }) => types.length === 0 || types.includes(type))
  return {
    events: events.length,
    asked: asked.length,
    types: counted(events.map(({ type }) => type))
      .slice(0, MAX_TYPES)
      .map(([type, n]) => ({ type, events: n })),
    fields: fieldsOf(asked),
    matches: filters.map((filter) => matchOf(events, filter)),
  }
}

function newestFirst(recent: RecentEvents): StreamEvent[] {
  const events: StreamEvent[] = []
  for (let number = recent.newest(); ; number--) {
    const applied = recent.at(number)
    if (applied === undefined) return events
    events.push(applied.event)
  }
}

/** Most often first, of equals the first by name. */
function counted(texts: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
}

function fieldsOf(events: readonly StreamEvent[]): SeenField[] {
  const props = counted(events.flatMap(({ props = {} }) => Object.keys(props)))
    .slice(0, MAX_PROPS)
    .map(([name]) => `props.${name}`)
  return [...TEXT_CONDITION_FIELDS, ...NUMBER_CONDITION_FIELDS, ...props].flatMap((field) => {
    const texts = events.flatMap((event) => fieldText(event, field) ?? [])
    if (texts.length === 0) return []
    const values = counted(texts.filter((text) => text.length <= MAX_VALUE_LENGTH))
      .slice(0, MAX_VALUES)
      .map(([text, n]) => ({ text, events: n }))
    return [{ field, events: texts.length, values }]
  })
}

function matchOf(events: readonly StreamEvent[], filter: EventFilter): FilterMatch {
  const ofType = events.filter(({ type }) => filter.type === undefined || filter.type === type)
  const matching = ofType.filter((event) => matchesFilter(event, filter))
  const fields = (filter.where ?? []).map(({ field }) => field)
  return {
    ofType: ofType.length,
    matching: matching.length,
    conditions: (filter.where ?? []).map(
      (condition) => ofType.filter((event) => meets(event, condition)).length,
    ),
    samples: matching.slice(0, MAX_SAMPLES).map((event) => sampleOf(event, fields)),
  }
}

/** Who it was is told last: it is rarely what one looks for. */
const WHO: readonly string[] = ['visitor', 'session']
const TOLD = TEXT_CONDITION_FIELDS.filter((field) => !WHO.includes(field))

/** What conditions speak of comes first. */
function sampleOf(event: StreamEvent, first: readonly string[]): FilterMatch['samples'][number] {
  const props = Object.keys(event.props ?? {}).map((name) => `props.${name}`)
  const names = new Set([...first, ...TOLD, ...NUMBER_CONDITION_FIELDS, ...props, ...WHO])
  const fields = [...names].flatMap((name): [string, string][] => {
    const text = fieldText(event, name)
    return text === undefined || name === 'currency'
      ? []
      : [[name, text.slice(0, MAX_VALUE_LENGTH)]]
  })
  return { type: event.type, time: event.time, fields: fields.slice(0, MAX_SAMPLE_FIELDS) }
}

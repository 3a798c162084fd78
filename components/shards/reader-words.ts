import { counted } from '../../lib/format.ts'
import { exactTime } from '../../lib/format-time.ts'
import type { ReaderState } from '../../lib/frames.ts'
import type { BadgeShape, Tone } from '../ui/badge.tsx'

/** `shardId-000000000012` is "12" where there is little room. */
export const shortId = (shardId: string): string => shardId.replace(/^shardId-0*(?=\d)/, '')

export const READER_WORDS: Record<ReaderState['kind'], string> = {
  waiting_for_parents: 'Waits for parents',
  waiting_for_begin: 'Waits for its time',
  starting: 'Starting',
  reading: 'Reading',
  catching_up: 'Catching up',
  waiting_for_room: 'Waits for room',
  retrying: 'Retrying',
  stuck: 'Stuck',
  paused: 'Paused',
  stopped: 'Stopped',
  ending: 'Ending',
  finished: 'Finished',
  trimmed: 'Trimmed',
}

/** Shapes keep apart what needs someone, what goes on by itself and what only takes its time. */
export const READER_LOOKS: Record<ReaderState['kind'], { tone: Tone; shape: BadgeShape }> = {
  waiting_for_parents: { tone: 'neutral', shape: 'ring' },
  waiting_for_begin: { tone: 'neutral', shape: 'half' },
  starting: { tone: 'info', shape: 'half' },
  reading: { tone: 'good', shape: 'dot' },
  catching_up: { tone: 'info', shape: 'dot' },
  waiting_for_room: { tone: 'info', shape: 'ring' },
  retrying: { tone: 'warn', shape: 'triangle' },
  stuck: { tone: 'bad', shape: 'triangle' },
  paused: { tone: 'bad', shape: 'bars' },
  stopped: { tone: 'bad', shape: 'square' },
  ending: { tone: 'info', shape: 'half' },
  finished: { tone: 'neutral', shape: 'check' },
  trimmed: { tone: 'warn', shape: 'cross' },
}

/** 2: someone has to act, or at least to look. 1: in trouble, and goes on by itself. 0: neither. */
export function urgency(reader: ReaderState): 0 | 1 | 2 {
  if (reader.kind === 'paused' || reader.kind === 'stopped' || reader.kind === 'stuck') return 2
  return reader.kind === 'retrying' ? 1 : 0
}

/** What a reader waits for, in the few words of a row; undefined: for nothing but records. */
export function waitsFor(reader: ReaderState): string | undefined {
  switch (reader.kind) {
    case 'waiting_for_parents':
      return `Until ${listed(reader.parents)} read to the end`
    case 'waiting_for_begin':
      return `Until ${exactTime(reader.at)}`
    case 'starting':
      return 'For the answer to its first read'
    case 'waiting_for_room':
      return 'For a commit to free memory'
    case 'retrying':
      return `By itself: ${reader.problem}`
    case 'stuck':
      return `Gets no further: ${reader.problem}`
    case 'paused':
    case 'stopped':
      return `Needs you: ${reader.problem}`
    case 'ending':
      return 'For its children to be kept'
    case 'reading':
    case 'catching_up':
    case 'finished':
    case 'trimmed':
      return undefined
  }
}

/** What a reader's state means, in a sentence. The problem and the remedy are said apart from it. */
export function readerHelp(reader: ReaderState): string {
  switch (reader.kind) {
    case 'waiting_for_parents':
      return `Starts once ${listed(reader.parents)} read to the end, so that events keep their order.`
    case 'waiting_for_begin':
      return `Starts at ${exactTime(reader.at)}, as START_AT says. What arrives before is not read.`
    case 'starting':
      return 'Asks for the place to read from and waits for the first answer.'
    case 'reading':
      return 'Reads new records as they arrive.'
    case 'catching_up':
      return 'Works off records that arrived earlier, as fast as the shard allows.'
    case 'waiting_for_room':
      return 'As much is in flight as the memory allows. Reads on once a commit has freed some; nothing is lost.'
    case 'retrying':
      return 'A read failed. It is tried again by itself, less often the longer it fails.'
    case 'stuck':
      return 'It is tried again and again by itself, and has got no further for half a minute or more. It goes on once the cause is gone.'
    case 'paused':
      return 'Someone has to act first. It is tried now and then, and goes on once the cause is gone.'
    case 'stopped':
      return 'How far it was read is not known any more. Nothing is read of it until someone has mended that.'
    case 'ending':
      return 'Read to its end. It is finished as soon as its children are kept.'
    case 'finished':
      return 'Closed by a split or a merge, and read to its end.'
    case 'trimmed':
      return 'Its oldest records passed the retention of the stream before they were read. Those are not in the numbers and cannot be read any more.'
  }
}

/** With its verb: "shard 3 is", "shards 3 and 4 are". */
function listed(shardIds: readonly string[]): string {
  const names = shardIds.map(shortId)
  const last = names.pop() ?? ''
  return names.length === 0 ? `shard ${last} is` : `shards ${names.join(', ')} and ${last} are`
}

/** Of shards that have trouble and are not told one by one; `needy`: of those that do not go on by themselves. */
export function moreTroubleWords(shards: number, needy: number): string {
  if (shards === 1) {
    return `It ${needy === 0 ? 'goes on by itself' : 'needs you'}, and is at the top of the list of shards.`
  }
  const need =
    needy === 0
      ? 'They go on by themselves.'
      : `${counted(needy, 'of them needs', 'of them need')} you.`
  return `${need} All are at the top of the list of shards.`
}

import type { ReaderState } from '../../lib/frames.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { READER_WORDS } from './shard-list.ts'

const TONES: Record<ReaderState['kind'], Tone> = {
  waiting_for_parents: 'neutral',
  reading: 'good',
  catching_up: 'info',
  retrying: 'bad',
  paused: 'warn',
  finished: 'neutral',
}

export function ReaderBadge({ reader }: { reader: ReaderState }) {
  return <Badge tone={TONES[reader.kind]}>{READER_WORDS[reader.kind]}</Badge>
}

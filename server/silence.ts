import type { Health } from '../lib/frames.ts'
import type { PipelinePort } from './pipeline-port.ts'

/** Of a pipeline that does not answer: whether it has ended, or only takes long. `since`: epoch ms. */
export function silenceOf(pipeline: Pick<PipelinePort, 'health' | 'isUp'>, since: number): Health {
  const health = pipeline.health()
  if (health.kind === 'trouble') return health
  return { kind: 'trouble', since, ...(pipeline.isUp() ? BUSY : ENDED) }
}

const BUSY = {
  problem: 'The pipeline runs but does not answer in time: the figures stand still',
  remedy:
    'It goes on by itself once it has caught up. If this stays for minutes, the machine has too little processor time for it; a start anew loses nothing that is committed.',
}
const ENDED = {
  problem: 'The pipeline has ended and is started anew: the figures stand still',
  remedy: 'It goes on by itself from what is committed; the log says why it ended.',
}

import Link from 'next/link'
import { bytes, counted } from '../../lib/format.ts'
import type { ReadMode, StatusCell, Wire } from '../../lib/frames.ts'
import { createdAgainOf } from '../former/created-again.ts'
import { useServerNow } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Meter } from '../ui/bar.tsx'
import { beginWords } from './begin-words.ts'
import styles from './reading-line.module.css'

export const MODE_WORDS: Record<ReadMode, string> = {
  polling: 'Polling',
  fanout: 'Enhanced fan-out',
}

const WIRE_WORDS: Record<Wire, string> = { cbor: 'CBOR', json: 'JSON' }

/** How the stream is read, in one quiet line. */
export function ReadingLine({ status }: { status: StatusCell | undefined }) {
  const { stale } = useStaleness()
  if (status === undefined) return <div className={styles.line} />
  const { mode, wire, bufferBytes, bufferLimitBytes } = status.reading
  const memory = `${bytes(bufferBytes)} of ${bytes(bufferLimitBytes)}`
  return (
    <div className={styles.line} data-stale={stale || undefined}>
      <span>
        Read by {mode === 'polling' ? 'polling' : 'enhanced fan-out'}, as {WIRE_WORDS[wire]}
      </span>
      <Begin status={status} />
      {calm(status).map((words) => (
        <span key={words}>{words}</span>
      ))}
      <span className={styles.memory} title="Read and not committed yet">
        In flight {memory}
        <Meter
          value={bufferBytes}
          limit={bufferLimitBytes}
          label={`${memory} of memory in flight`}
        />
      </span>
    </div>
  )
}

/** Since when arrivals are counted, and whose the totals were before. */
function Begin({ status }: { status: StatusCell }) {
  const now = useServerNow(10_000)
  const begin = beginWords(status, now)
  const again = createdAgainOf(status)
  if (begin === undefined || now === 0) return null
  return (
    <span title={begin.why}>
      {begin.text}
      {again !== undefined && (
        <>
          {' '}
          <Link href={`/shards?former=${again.number - 1}`}>Former totals</Link>
        </>
      )}
    </span>
  )
}

/** What is well. What is not is said by the notices. */
function calm({ findings, apps, source, shards }: StatusCell): string[] {
  const slow = apps.some((app) => app.slow || app.failed > 0)
  return [
    ...(findings.length === 0 && source.kind === 'ok' && shards.open > 0
      ? ['All hash keys covered, every shard accounted for']
      : []),
    ...(apps.length > 0 && !slow
      ? [apps.length === 1 ? '1 app keeps up' : `All ${counted(apps.length, 'app')} keep up`]
      : []),
  ]
}

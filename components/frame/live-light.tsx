import { age } from '../../lib/format-time.ts'
import type { DataAge } from '../live/data-age.ts'
import { useCell, useConnection, useDataAge, usePause } from '../live/store.ts'
import styles from './live-light.module.css'

/** Whether data flows, and how old the newest of it is. */
export function LiveLight() {
  const data = useDataAge()
  const connection = useConnection()
  const status = useCell('status')
  // Before the stream is reached it is not known what came of it.
  const known = status !== undefined && status.incarnation !== null
  const { paused } = usePause()
  const word = connection.state === 'lost' ? 'offline' : wordOf(data, known, paused)
  return (
    <span className={styles.light} title={titleOf(data, known)}>
      <span
        className={styles.dot}
        data-tone={paused && data.tone === 'green' ? 'paused' : data.tone}
      />
      <span className={styles.word}>{word}</span>
      <span className={styles.age}>{data.ms === null ? '' : age(data.ms)}</span>
    </span>
  )
}

function wordOf(data: DataAge, known: boolean, paused: boolean): string {
  if (!known) return 'connecting'
  if (paused) return 'paused'
  if (data.ms === null) return 'waiting'
  return data.tone === 'green' ? 'live' : 'quiet'
}

function titleOf({ ms, tone }: DataAge, known: boolean): string {
  if (tone === 'red') return 'The connection to Kinesight is lost. It reconnects by itself.'
  if (!known) return 'The stream has not been reached yet.'
  if (ms === null) return 'No event has arrived yet.'
  const arrived = `The newest event in these numbers arrived ${age(ms)} ago.`
  return tone === 'green' ? arrived : `${arrived} Nothing newer has come.`
}

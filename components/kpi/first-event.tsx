import { useState } from 'react'
import { duration, moment } from '../../lib/format-time.ts'
import type { StatusCell } from '../../lib/frames.ts'
import { createdAgainOf } from '../former/created-again.ts'
import { switchDemo } from '../frame/switch-demo.ts'
import { useServerNow } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import styles from './first-event.module.css'

/** Before the first event: that we wait, and how one gets here. */
export function FirstEvent({ status }: { status: StatusCell }) {
  const now = useServerNow(10_000)
  const from = status.begin?.from ?? 0
  if (status.incarnation === null) return <NotReached stream={status.stream} />
  if (now > 0 && from > now) return <NotBegun from={from} now={now} />
  return (
    <div className={styles.wait}>
      <p className={styles.title}>
        <span className={styles.pulse} aria-hidden="true" />
        Waiting for the first event
      </p>
      <p className={styles.words}>
        {createdAgainOf(status) !== undefined && 'The stream was created again, and is empty. '}
        Kinesight reads the stream <strong>{status.stream.name}</strong> in {status.stream.region}.
        Put a record on it, and it shows here within a second or two:
      </p>
      <pre className={styles.command}>{command(status.stream)}</pre>
      {status.demo === 'off' && <StartDemo />}
    </div>
  )
}

/** What came of it is not known: there may be figures in plenty. */
function NotReached({ stream: { name, region } }: Pick<StatusCell, 'stream'>) {
  return (
    <div className={styles.wait}>
      <p className={styles.title}>Connecting to the stream</p>
      <p className={styles.words}>
        Figures show as soon as <strong>{name}</strong>
        {region !== '' && <> in {region}</>} is reached. What keeps it from that, if anything does,
        is said above.
      </p>
    </div>
  )
}

/** START_AT is yet to come. */
function NotBegun({ from, now }: { from: number; now: number }) {
  return (
    <div className={styles.wait}>
      <p className={styles.title}>Reading begins at {moment(from, now)}</p>
      <p className={styles.words}>
        That is what <code>START_AT</code> says, in {duration(from - now)}. What arrives before is
        not read.
      </p>
    </div>
  )
}

/** A command for the AWS CLI, for a POSIX shell. */
function command({ name, region, endpoint }: StatusCell['stream']): string {
  const where = endpoint === null ? '' : ` --endpoint-url ${endpoint}`
  return `aws kinesis put-record${where} --region ${region} \\
  --stream-name ${name} --partition-key visitor-1 \\
  --cli-binary-format raw-in-base64-out \\
  --data '{"type":"page_view","page":"/","visitor":"visitor-1"}'`
}

export function StartDemo() {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  return (
    <div className={styles.demo}>
      <Button
        size="small"
        disabled={busy}
        onClick={async () => {
          setBusy(true)
          setFailure(await switchDemo('on'))
          setBusy(false)
        }}
      >
        Start demo data
      </Button>
      <span className={styles.words}>{failure ?? 'or look around with a made-up shop'}</span>
    </div>
  )
}

import { useState } from 'react'
import { useCell } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import styles from './demo-notice.module.css'
import { switchDemo } from './switch-demo.ts'

/** Says plainly that the numbers are made up, with the way out; and the way back while nothing else comes in. */
export function DemoNotice({ look }: { look: 'pill' | 'bar' }) {
  const status = useCell('status')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const demo = status?.demo ?? 'none'
  const idle = status?.eventsPerSecond === 0 && status.newestArrivalAt !== null
  if (demo === 'none' || (demo === 'off' && !idle)) return null
  const turn = async (state: 'on' | 'off') => {
    setBusy(true)
    setFailure(await switchDemo(state))
    setBusy(false)
  }
  const words = demo === 'on' ? 'Demo data: a made-up shop' : 'Demo data is off'
  return (
    <span className={styles.notice} data-look={look} data-demo={demo}>
      <span className={styles.words} title={failure ?? undefined}>
        {failure ?? words}
      </span>
      <Button
        kind="quiet"
        size="small"
        className={styles.turn ?? ''}
        disabled={busy}
        onClick={() => turn(demo === 'on' ? 'off' : 'on')}
      >
        {demo === 'on' ? 'Turn off' : 'Turn on'}
      </Button>
    </span>
  )
}

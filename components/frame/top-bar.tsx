import { Pause, Play } from 'lucide-react'
import { counted } from '../../lib/format.ts'
import { isFixed } from '../../lib/period.ts'
import { DEFAULT_WINDOW } from '../../lib/windows.ts'
import { useCell, usePause } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { DemoNotice } from './demo-notice.tsx'
import { LiveLight } from './live-light.tsx'
import { PeriodPicker, type Picking } from './period-picker.tsx'
import type { Place } from './places.ts'
import type { Theme } from './theme.ts'
import { ThemeMenu } from './theme-menu.tsx'
import styles from './top-bar.module.css'
import { usePeriod } from './url-state.ts'

export function TopBar({
  place,
  theme,
  picking,
  onPicking,
}: {
  place: Place | undefined
  theme: Theme
  picking: Picking
  onPicking: (picking: Picking) => void
}) {
  return (
    <header className={styles.bar}>
      <h1 className={styles.title}>{place?.label ?? 'Kinesight'}</h1>
      <StreamName />
      <DemoNotice look="pill" />
      <div className={styles.end}>
        <LiveLight />
        {place?.windowed === true && <PeriodPicker picking={picking} onPicking={onPicking} />}
        {place?.pausable === true && <PauseButton windowed={place.windowed} />}
        <span className={styles.phoneOnly}>
          <ThemeMenu initial={theme} />
        </span>
      </div>
    </header>
  )
}

function StreamName() {
  const status = useCell('status')
  if (status === undefined) return null
  return (
    <span className={styles.stream}>
      {status.stream.name} · {counted(status.shards.open, 'shard')}
    </span>
  )
}

/** A fixed range stands still by itself: there the button leads back to what moves. */
function PauseButton({ windowed }: { windowed: boolean }) {
  const { paused, toggle } = usePause()
  const [period, choose] = usePeriod()
  if (windowed && isFixed(period)) {
    return (
      <Button
        size="small"
        square
        icon={<Play />}
        aria-label="Back to live"
        title="Back to live  Space"
        onClick={() => choose(DEFAULT_WINDOW)}
      />
    )
  }
  return (
    <Button
      kind={paused ? 'primary' : 'plain'}
      size="small"
      square
      icon={paused ? <Play /> : <Pause />}
      aria-label={paused ? 'Go on' : 'Pause'}
      aria-pressed={paused}
      title={paused ? 'Go on  Space' : 'Pause  Space'}
      onClick={toggle}
    />
  )
}

import { Pause, Play } from 'lucide-react'
import { counted } from '../../lib/format.ts'
import { WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import { useCell, usePause } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { DemoNotice } from './demo-notice.tsx'
import { LiveLight } from './live-light.tsx'
import type { Place } from './places.ts'
import type { Theme } from './theme.ts'
import { ThemeMenu } from './theme-menu.tsx'
import styles from './top-bar.module.css'
import { useWindowChoice } from './url-state.ts'

const WINDOW_OPTIONS = WINDOW_IDS.map((id) => ({ value: id, label: WINDOWS[id].label }))

export function TopBar({ place, theme }: { place: Place | undefined; theme: Theme }) {
  return (
    <header className={styles.bar}>
      <h1 className={styles.title}>{place?.label ?? 'Kinesight'}</h1>
      <StreamName />
      <DemoNotice look="pill" />
      <div className={styles.end}>
        <LiveLight />
        {place?.windowed === true && <WindowChoice />}
        {place?.pausable === true && <PauseButton />}
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

function WindowChoice() {
  const [window, choose] = useWindowChoice()
  return (
    <Select
      aria-label="Window"
      size="small"
      className={styles.window ?? ''}
      value={window}
      options={WINDOW_OPTIONS}
      onChange={choose}
    />
  )
}

function PauseButton() {
  const { paused, toggle } = usePause()
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

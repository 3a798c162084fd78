import { Popover } from '@base-ui/react/popover'
import { ChevronDown } from 'lucide-react'
import { type ComponentProps, useRef } from 'react'
import { rangeDays } from '../../lib/format-range.ts'
import { isFixed, type Period } from '../../lib/period.ts'
import { WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import { atServerTime, forgetWaiting } from '../live/at-server-time.ts'
import { useServerNow } from '../live/store.ts'
import { CustomRange } from './custom-range-form.tsx'
import { today, yesterday } from './period-moves.ts'
import styles from './period-picker.module.css'
import { useCompare, usePeriod } from './url-state.ts'

/** `custom`: opened to type a range. */
export type Picking = 'closed' | 'open' | 'custom'

/** What the figures are over: a window that slides, a day, or any range of what is kept; and whether they are compared. */
export function PeriodPicker({
  picking,
  onPicking,
}: {
  picking: Picking
  onPicking: (picking: Picking) => void
}) {
  const [period, choose] = usePeriod()
  const now = useServerNow()
  const from = useRef<HTMLInputElement>(null)
  const chosen = useRef<HTMLButtonElement>(null)
  const pick = (next: Period) => {
    forgetWaiting()
    choose(next)
    onPicking('closed')
  }
  const pickAt = (periodAt: (now: number) => Period) => {
    forgetWaiting()
    atServerTime((serverNow) => choose(periodAt(serverNow)))
    onPicking('closed')
  }
  return (
    <Popover.Root
      open={picking !== 'closed'}
      onOpenChange={(open) => onPicking(open ? 'open' : 'closed')}
    >
      <Popover.Trigger
        className={styles.trigger}
        data-fixed={isFixed(period) || undefined}
        aria-label={`Period: ${periodText(period, now)}`}
        title="Period  C"
      >
        <span className={styles.label}>{periodText(period, now)}</span>
        <ChevronDown aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner
          className={styles.layer}
          sideOffset={4}
          align="end"
          collisionPadding={8}
        >
          <Popover.Popup
            className={styles.popup}
            aria-label="Period"
            initialFocus={picking === 'custom' ? from : chosen}
          >
            <section>
              <h2 className={styles.heading}>Up to now</h2>
              <div className={styles.windows}>
                {WINDOW_IDS.map((id) => (
                  <Choice
                    key={id}
                    ref={id === period || (isFixed(period) && id === '7d') ? chosen : undefined}
                    aria-pressed={id === period}
                    onClick={() => pick(id)}
                  >
                    {WINDOWS[id].label}
                  </Choice>
                ))}
              </div>
            </section>
            <section>
              <h2 className={styles.heading}>A fixed range</h2>
              <div className={styles.days}>
                <Choice title="Today up to now  D" onClick={() => pickAt(today)}>
                  Today
                </Choice>
                <Choice title="Yesterday  E" onClick={() => pickAt(yesterday)}>
                  Yesterday
                </Choice>
              </div>
              <CustomRange period={period} now={now} firstField={from} onPick={pick} />
            </section>
            <CompareChoice />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

const Choice = (props: ComponentProps<'button'>) => (
  <button type="button" className={styles.choice} {...props} />
)

function CompareChoice() {
  const [compare, setCompare] = useCompare()
  return (
    <label className={styles.compare} title="Compare  X">
      <input
        type="checkbox"
        checked={compare}
        onChange={(event) => setCompare(event.target.checked)}
      />
      Compare with the period before
    </label>
  )
}

/** Before the viewer's zone is known a day has no name. */
function periodText(period: Period, now: number): string {
  if (!isFixed(period)) return WINDOWS[period].label
  return now === 0 ? 'A fixed range' : rangeDays(period)
}

import type { ReactNode } from 'react'
import { useCatalog } from '../live/catalog.ts'
import { Dialog } from '../ui/dialog.tsx'
import styles from './help-dialog.module.css'
import { PLACES } from './places.ts'

const keys = (one: string, other: string): ReactNode => (
  <>
    <kbd>{one}</kbd> <kbd>{other}</kbd>
  </>
)

const KEYS: readonly { keys: ReactNode; does: string }[] = [
  ...PLACES.map(({ key, label }) => ({
    keys: keys('g', key),
    does: label,
  })),
  { keys: <kbd>Space</kbd>, does: 'Pause, go on, back to live' },
  { keys: <kbd>Esc</kbd>, does: 'Take the filter away; from a shard, back to the list' },
  {
    keys: keys('←', '→'),
    does: 'Period before, after; step through a chart',
  },
  { keys: keys('d', 'e'), does: 'Today, yesterday' },
  { keys: keys('w', 'm'), does: 'The last 7 and 30 days' },
  { keys: <kbd>c</kbd>, does: 'Type a range' },
  { keys: <kbd>r</kbd>, does: 'Back to live' },
  { keys: <kbd>x</kbd>, does: 'Compare, or not' },
  { keys: <kbd>?</kbd>, does: 'This help' },
]

const MARKS: readonly { mark: string; means: string }[] = [
  { mark: 'Dotted', means: 'Still coming in.' },
  {
    mark: 'Triangle under the axis',
    means:
      'Corrected: events came more than a minute after they happened, when the step that they belong to was over.',
  },
  { mark: 'Flag and shade', means: 'Unusual for the KPI, by its own past.' },
]

export function HelpDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { kpis } = useCatalog()
  return (
    <Dialog open={open} onClose={onClose} title="Help" wide>
      <div className={styles.help}>
        <section>
          <h3 className={styles.heading}>Keys</h3>
          <dl className={styles.keys}>
            {KEYS.map(({ keys, does }) => (
              <div key={does}>
                <dt>{keys}</dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <h3 className={styles.heading}>What charts mark</h3>
          <dl className={styles.kpis}>
            {MARKS.map(({ mark, means }) => (
              <div key={mark}>
                <dt>{mark}</dt>
                <dd>{means}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3 className={styles.heading}>What the numbers mean</h3>
          <dl className={styles.kpis}>
            {kpis.map(({ id, label, help }) => (
              <div key={id}>
                <dt>{label}</dt>
                <dd>{help}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  )
}

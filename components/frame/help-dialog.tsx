import type { ReactNode } from 'react'
import { useCatalog } from '../live/catalog.ts'
import { Dialog } from '../ui/dialog.tsx'
import styles from './help-dialog.module.css'
import { PLACES } from './places.ts'

const KEYS: readonly { keys: ReactNode; does: string }[] = [
  ...PLACES.map(({ key, label }) => ({
    keys: (
      <>
        <kbd>g</kbd> <kbd>{key}</kbd>
      </>
    ),
    does: label,
  })),
  { keys: <kbd>Space</kbd>, does: 'Pause, and go on' },
  { keys: <kbd>Esc</kbd>, does: 'Take the filter away; from a shard, back to the list' },
  {
    keys: (
      <>
        <kbd>←</kbd> <kbd>→</kbd>
      </>
    ),
    does: 'Step through a chart',
  },
  { keys: <kbd>?</kbd>, does: 'This help' },
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

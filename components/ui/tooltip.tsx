import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import styles from './tooltip.module.css'

/** `children`: one element that takes a ref and props; it is what is pointed at. */
export function Tooltip({
  content,
  side = 'top',
  children,
}: {
  content: ReactNode
  side?: 'top' | 'bottom' | 'left' | 'right'
  children: ReactElement<Record<string, unknown>>
}) {
  return (
    // Esc closes the tooltip, and still means what it means without one.
    <Base.Root
      onOpenChange={(_open, details) => {
        if (details.reason === 'escape-key') details.allowPropagation()
      }}
    >
      <Base.Trigger delay={350} closeOnClick={false} render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} collisionPadding={8} className={styles.layer}>
          <Base.Popup className={styles.popup}>{content}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import styles from './dialog.module.css'

export interface DialogProps {
  open: boolean
  /** Asked for by Esc, the cross or a click outside. */
  onClose: () => void
  title: string
  description?: ReactNode
  /** Buttons, the main one last. */
  actions?: ReactNode
  wide?: boolean
  children?: ReactNode
}

/** A question or a form over the page. Focus stays inside and goes back where it was. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  actions,
  wide = false,
  children,
}: DialogProps) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} data-wide={wide || undefined}>
          <header className={styles.header}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close
              render={<Button kind="quiet" size="small" square icon={<X />} aria-label="Close" />}
            />
          </header>
          {description !== undefined && (
            <Base.Description className={styles.description}>{description}</Base.Description>
          )}
          {children !== undefined && <div className={styles.body}>{children}</div>}
          {actions !== undefined && <footer className={styles.actions}>{actions}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

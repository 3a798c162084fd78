import { type ReactNode, useEffect, useState } from 'react'
import { Dialog } from './dialog.tsx'
import styles from './use-copy.module.css'

/** How long it says that it has copied. */
const SAID_FOR_MS = 1_500

export interface Copying {
  /** For a moment after text went to the clipboard. */
  copied: boolean
  copy: (text: string) => void
  /** Has to be rendered: a dialog to copy from by hand, where the browser lets no page write to the clipboard. */
  byHand: ReactNode
}

/** Puts text on the clipboard. Browsers allow that on https and localhost only, and people may forbid it. */
export function useCopy(): Copying {
  const [copied, setCopied] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SAID_FOR_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (text: string) => {
    if (await wrote(text)) setCopied(true)
    else setRefused(text)
  }
  return {
    copied,
    copy: (text) => void copy(text),
    byHand: refused !== null && <ByHand text={refused} onClose={() => setRefused(null)} />,
  }
}

async function wrote(text: string): Promise<boolean> {
  // Its type does not say so, but outside a secure context there is none.
  const clipboard = navigator.clipboard as Clipboard | undefined
  if (clipboard === undefined) return false
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  )
}

function ByHand({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Copy by hand"
      description="The browser does not let this page write to the clipboard. The text is selected: copy it from here."
    >
      <textarea
        ref={(area) => area?.focus()}
        className={styles.text}
        aria-label="Text to copy"
        readOnly
        rows={4}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
    </Dialog>
  )
}

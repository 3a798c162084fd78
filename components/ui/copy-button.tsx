import { Check, Copy } from 'lucide-react'
import { Button } from './button.tsx'
import { useCopy } from './use-copy.tsx'

/** Puts `text` on the clipboard and says so. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { copied, copy, byHand } = useCopy()
  return (
    <>
      <Button
        kind="quiet"
        size="small"
        square
        icon={copied ? <Check /> : <Copy />}
        aria-label={copied ? 'Copied' : label}
        title={label}
        onClick={() => copy(text)}
      />
      {byHand}
    </>
  )
}

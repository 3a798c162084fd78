import { Check, Download, Ellipsis, Terminal } from 'lucide-react'
import { useIncarnation } from '../frame/url-state.ts'
import { usePause } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import { useCopy } from '../ui/use-copy.tsx'
import {
  answerWords,
  apiAddress,
  asCsv,
  asCsvForExcel,
  curlLine,
  type Shown,
} from './api-address.ts'
import styles from './take-along.module.css'

/** What is shown here, as a line for a shell or as a file. `label`: what a click is about, as "Take this chart along". */
export function TakeAlong({ shown, label }: { shown: Shown; label: string }) {
  const { at } = usePause()
  const { copied, copy, byHand } = useCopy()
  const [incarnation] = useIncarnation()
  const address = apiAddress(shown, at, incarnation)
  return (
    <span className={styles.place}>
      <Menu
        heading={answerWords(shown, at)}
        trigger={
          <Button
            kind="quiet"
            size="small"
            square
            icon={copied ? <Check /> : <Ellipsis />}
            aria-label={copied ? 'Copied' : label}
            title={label}
          />
        }
        items={[
          {
            id: 'curl',
            label: 'Copy as curl',
            icon: <Terminal />,
            onSelect: () => copy(curlLine(window.location.origin, address)),
          },
          { id: 'csv', label: 'Download CSV', icon: <Download />, download: asCsv(address) },
          {
            id: 'excel',
            label: 'Download CSV for Excel',
            icon: <Download />,
            download: asCsvForExcel(address),
          },
        ]}
      />
      {copied && (
        <span className={styles.said} aria-hidden="true">
          Copied
        </span>
      )}
      {byHand}
    </span>
  )
}

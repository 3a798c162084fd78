'use client'

import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { usePathname } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { FormerDialog } from '../former/former-dialog.tsx'
import { usePause } from '../live/store.ts'
import { Banners } from './banners.tsx'
import styles from './frame.module.css'
import { HelpDialog } from './help-dialog.tsx'
import type { Picking } from './period-picker.tsx'
import { placeAt } from './places.ts'
import { Rail } from './rail.tsx'
import type { Theme } from './theme.ts'
import { TopBar } from './top-bar.tsx'
import { usePeriodKeys } from './use-period-keys.ts'
import { useShortcuts } from './use-shortcuts.ts'

/** What is around every page: the rail, the bar, and what fires or is wrong. */
export function Frame({ theme, children }: { theme: Theme; children: ReactNode }) {
  const [helping, setHelping] = useState(false)
  const [picking, setPicking] = useState<Picking>('closed')
  const place = placeAt(usePathname())
  const { toggle } = usePause()
  const { isFixed, turn } = usePeriodKeys(() => setPicking('custom'))
  const windowed = place?.windowed === true
  const pause = windowed && isFixed ? () => turn('live') : toggle
  useShortcuts({
    help: () => setHelping(true),
    pause: place?.pausable === true ? pause : undefined,
    period: windowed ? turn : undefined,
  })
  return (
    // Style elements would need the nonce of the page's policy; our style sheets do without them.
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={350}>
        <a className={styles.skip} href="#content">
          Skip to the content
        </a>
        <div className={styles.frame}>
          <Rail theme={theme} onHelp={() => setHelping(true)} />
          <div className={styles.column}>
            <TopBar place={place} theme={theme} picking={picking} onPicking={setPicking} />
            <Banners />
            <main id="content" className={styles.content}>
              {children}
            </main>
          </div>
        </div>
        <FormerDialog />
        <HelpDialog open={helping} onClose={() => setHelping(false)} />
      </Tooltip.Provider>
    </CSPProvider>
  )
}

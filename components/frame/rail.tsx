import { CircleHelp } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useSearchParams } from 'next/navigation'
import { count } from '../../lib/format.ts'
import { useCell } from '../live/store.ts'
import { Button } from '../ui/button.tsx'
import { Logo } from './logo.tsx'
import { periodQuery } from './period-state.ts'
import { PLACES, type Place, placeAt } from './places.ts'
import styles from './rail.module.css'
import type { Theme } from './theme.ts'
import { ThemeMenu } from './theme-menu.tsx'

/** The pages; a column at the left, a bar at the bottom of a phone. */
export function Rail({ theme, onHelp }: { theme: Theme; onHelp: () => void }) {
  const pathname = usePathname()
  const firing = useCell('firing')?.length ?? 0
  return (
    <nav className={styles.rail} aria-label="Pages">
      <Link href="/" className={styles.brand} aria-label="Kinesight, overview">
        <Logo />
        <span className={styles.name}>Kinesight</span>
      </Link>
      <ul className={styles.places}>
        {PLACES.map((place) => (
          <li key={place.href}>
            <RailLink
              place={place}
              here={here(place, pathname)}
              firing={place.href === '/alerts' ? firing : 0}
            />
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <Button
          kind="quiet"
          square
          icon={<CircleHelp />}
          aria-label="Help and keyboard shortcuts"
          title="Help  ?"
          onClick={onHelp}
        />
        <ThemeMenu initial={theme} />
      </div>
    </nav>
  )
}

/** `true`: on a page below this one. */
type Here = 'page' | 'true' | undefined

function here(place: Place, pathname: string): Here {
  if (placeAt(pathname) !== place) return undefined
  return pathname === place.href ? 'page' : 'true'
}

function RailLink({ place, here, firing }: { place: Place; here: Here; firing: number }) {
  const params = useSearchParams()
  const query = place.windowed ? periodQuery(params) : ''
  return (
    <Link
      href={`${place.href}${query}`}
      className={styles.link}
      aria-current={here}
      title={`${place.label}  g ${place.key}`}
    >
      <place.icon aria-hidden="true" />
      <span className={styles.label}>{place.label}</span>
      {firing > 0 && (
        <span className={styles.firing}>
          {count(firing)}
          <span className="visually-hidden"> firing</span>
        </span>
      )}
    </Link>
  )
}

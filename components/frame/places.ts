import { Bell, Gauge, Layers, type LucideIcon, MailX, Sigma, WalletMinimal } from 'lucide-react'

export interface Place {
  href: string
  label: string
  /** Pressed after "g". */
  key: string
  icon: LucideIcon
  /** Its numbers are over a window that can be chosen, and it can be paused. */
  windowed: boolean
  pausable: boolean
}

export const PLACES: readonly Place[] = [
  { href: '/', label: 'Overview', key: 'o', icon: Gauge, windowed: true, pausable: true },
  { href: '/shards', label: 'Shards', key: 's', icon: Layers, windowed: false, pausable: true },
  { href: '/spend', label: 'Spend', key: 'p', icon: WalletMinimal, windowed: true, pausable: true },
  { href: '/alerts', label: 'Alerts', key: 'a', icon: Bell, windowed: false, pausable: false },
  { href: '/kpis', label: 'KPIs', key: 'k', icon: Sigma, windowed: false, pausable: false },
  {
    href: '/dead-letters',
    label: 'Dead letters',
    key: 'd',
    icon: MailX,
    windowed: false,
    pausable: false,
  },
]

/** A place's own pages belong to it: `/shards/x` to Shards. */
export const placeAt = (pathname: string): Place | undefined =>
  PLACES.find(({ href }) => href === pathname || (href !== '/' && pathname.startsWith(`${href}/`)))

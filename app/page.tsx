import type { Metadata } from 'next'
import { Overview } from '../components/kpi/overview.tsx'

export const metadata: Metadata = { title: 'Overview' }

export default function OverviewRoute() {
  return <Overview />
}

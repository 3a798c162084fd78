import type { Metadata } from 'next'
import { Overview } from '../components/kpi/overview.tsx'

export const metadata: Metadata = { title: { absolute: 'Overview · Kinesight' } }

export default function OverviewRoute() {
  return <Overview />
}

import type { Metadata } from 'next'
import { KpisPage } from '../../components/compose/kpis-page.tsx'

export const metadata: Metadata = { title: 'KPIs' }

export default function KpisRoute() {
  return <KpisPage />
}

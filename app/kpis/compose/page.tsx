import type { Metadata } from 'next'
import { ComposePage } from '../../../components/compose/compose-page.tsx'

export const metadata: Metadata = { title: 'Compose a KPI' }

export default function ComposeRoute() {
  return <ComposePage />
}

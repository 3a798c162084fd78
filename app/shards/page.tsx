import type { Metadata } from 'next'
import { ShardsPage } from '../../components/shards/shards-page.tsx'

export const metadata: Metadata = { title: 'Shards' }

export default function ShardsRoute() {
  return <ShardsPage />
}

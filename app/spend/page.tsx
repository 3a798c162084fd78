import type { Metadata } from 'next'
import { SpendPage } from '../../components/spend/spend-page.tsx'

export const metadata: Metadata = { title: 'Spend' }

export default function SpendRoute() {
  return <SpendPage />
}

import Link from 'next/link'
import { WatchStatus } from '../components/frame/watch-status.tsx'
import { Empty } from '../components/ui/empty.tsx'

export default function NotFound() {
  return (
    <>
      <WatchStatus />
      <Empty
        title="There is no such page"
        reason="The address may be mistyped, or the page has moved."
        action={<Link href="/">Go to the overview</Link>}
      />
    </>
  )
}

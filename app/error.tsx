'use client'

import { Button } from '../components/ui/button.tsx'
import { Empty } from '../components/ui/empty.tsx'

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <Empty
      title="This page stopped working"
      reason={`Your data is safe: it is counted on the server. What went wrong here: ${error.message}`}
      action={<Button onClick={reset}>Show the page again</Button>}
    />
  )
}

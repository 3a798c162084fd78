import { useState } from 'react'

const KEY = 'kinesight.created-again'

/** Which one was put away in this browser; nothing where there is no storage. */
function stored(): string | null {
  try {
    return window.localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function store(value: string): void {
  try {
    window.localStorage.setItem(KEY, value)
  } catch {
    // It is put away until the page is loaded again.
  }
}

/** Whether someone put the news of this stream away, and how. `createdAt`: which one it is about. */
export function useSeenNews(createdAt: number): [boolean, () => void] {
  const [seen, setSeen] = useState<number | null>(null)
  const isSeen = seen === createdAt || stored() === String(createdAt)
  return [
    isSeen,
    () => {
      store(String(createdAt))
      setSeen(createdAt)
    },
  ]
}

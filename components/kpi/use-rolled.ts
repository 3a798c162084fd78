import { useEffect, useRef, useState } from 'react'

const ROLL_MS = 300
const FRAME_MS = 60

/** Follows `value` within 300 ms. Jumps where there was none before, or where motion is not wanted. */
export function useRolled(value: number | null): number | null {
  const [shown, setShown] = useState(value)
  const at = useRef(value)
  useEffect(() => {
    const from = at.current
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    if (from === null || value === null || from === value || still) {
      at.current = value
      setShown(value)
      return
    }
    let begun: number | undefined
    let drawn = 0
    let frame = requestAnimationFrame(function step(time) {
      begun ??= time
      const part = Math.min(1, (time - begun) / ROLL_MS)
      if (time - drawn >= FRAME_MS || part === 1) {
        drawn = time
        at.current = part === 1 ? value : from + (value - from) * (1 - (1 - part) ** 3)
        setShown(at.current)
      }
      if (part < 1) frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [value])
  return shown
}

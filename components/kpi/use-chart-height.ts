import { useSyncExternalStore } from 'react'

const PART_OF_SCREEN = 0.36
const LEAST = 220
const MOST = 480

function subscribe(listener: () => void): () => void {
  window.addEventListener('resize', listener)
  return () => window.removeEventListener('resize', listener)
}

/** In px. On a phone, whose bars come and go while scrolling, it keeps to the screen's own height. */
function measure(): number {
  const phone = window.innerWidth < 640
  const height = phone ? window.screen.height * 0.3 : window.innerHeight * PART_OF_SCREEN
  return Math.round(Math.min(MOST, Math.max(LEAST, height)))
}

export const useChartHeight = (): number => useSyncExternalStore(subscribe, measure, () => 320)

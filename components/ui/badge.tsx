import type { ReactNode } from 'react'
import styles from './badge.module.css'

export type Tone = 'good' | 'warn' | 'bad' | 'neutral' | 'info'
export type BadgeShape =
  | 'dot'
  | 'ring'
  | 'triangle'
  | 'square'
  | 'half'
  | 'bars'
  | 'check'
  | 'cross'

const SHAPE_OF: Record<Tone, BadgeShape> = {
  good: 'dot',
  warn: 'triangle',
  bad: 'square',
  neutral: 'ring',
  info: 'dot',
}

/** A state in a word, with a shape so that it does not rest on colour alone. */
export function Badge({
  tone,
  shape = SHAPE_OF[tone],
  children,
}: {
  tone: Tone
  shape?: BadgeShape
  children: ReactNode
}) {
  return (
    <span className={styles.badge} data-tone={tone}>
      <BadgeMark shape={shape} />
      {children}
    </span>
  )
}

const STROKE = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
  strokeLinecap: 'round',
} as const

function BadgeMark({ shape }: { shape: BadgeShape }) {
  return (
    <svg className={styles.mark} viewBox="0 0 8 8" aria-hidden="true">
      {shape === 'dot' && <circle cx="4" cy="4" r="3.2" fill="currentColor" />}
      {shape === 'ring' && (
        <circle cx="4" cy="4" r="2.7" fill="none" stroke="currentColor" strokeWidth="1.3" />
      )}
      {shape === 'triangle' && <path d="M4 .6 7.8 7.2H.2Z" fill="currentColor" />}
      {shape === 'square' && (
        <rect x=".9" y=".9" width="6.2" height="6.2" rx="1" fill="currentColor" />
      )}
      {shape === 'bars' && <path d="M1.2.8h2v6.4h-2ZM4.8.8h2v6.4h-2Z" fill="currentColor" />}
      {shape === 'check' && <path d="m.9 4.4 2.1 2.1 4.1-5" {...STROKE} />}
      {shape === 'cross' && <path d="m1.2 1.2 5.6 5.6m0-5.6L1.2 6.8" {...STROKE} />}
      {shape === 'half' && (
        <>
          <circle cx="4" cy="4" r="2.7" fill="none" stroke="currentColor" strokeWidth="1.3" />
          <path d="M4 1.3a2.7 2.7 0 0 1 0 5.4Z" fill="currentColor" />
        </>
      )}
    </svg>
  )
}

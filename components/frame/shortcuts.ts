export type Shortcut =
  | { kind: 'help' }
  | { kind: 'pause' }
  | { kind: 'go'; key: string }
  | { kind: 'period'; to: PeriodKey }
  /** "g" was pressed: the next key says where to. */
  | { kind: 'waiting' }

/** What the figures are to be over. */
export type PeriodKey =
  | 'today'
  | 'yesterday'
  | '7d'
  | '30d'
  | 'custom'
  | 'live'
  | 'before'
  | 'after'
  | 'compare'

const PERIOD_KEYS: Readonly<Record<string, PeriodKey>> = {
  d: 'today',
  e: 'yesterday',
  w: '7d',
  m: '30d',
  c: 'custom',
  r: 'live',
  x: 'compare',
}

export interface Press {
  key: string
  /** Alt, Ctrl or Meta is held: the key belongs to the browser. */
  modified: boolean
  /** The focus is where keys are typed, or where the space bar presses something. */
  target: 'page' | 'control' | 'text'
  /** "g" was pressed just before. */
  waiting: boolean
}

/** What a key means; undefined: nothing of ours. */
export function shortcutOf({ key, modified, target, waiting }: Press): Shortcut | undefined {
  if (modified || target === 'text') return undefined
  const letter = key.toLowerCase()
  if (waiting && 'ospakd'.includes(letter) && letter.length === 1)
    return { kind: 'go', key: letter }
  if (letter === 'g') return { kind: 'waiting' }
  if (key === '?') return { kind: 'help' }
  if (key === ' ' && target === 'page') return { kind: 'pause' }
  // Lists, tabs and charts have arrows of their own.
  if (key === 'ArrowLeft' && target === 'page') return { kind: 'period', to: 'before' }
  if (key === 'ArrowRight' && target === 'page') return { kind: 'period', to: 'after' }
  const to = PERIOD_KEYS[letter]
  if (to !== undefined) return { kind: 'period', to }
  return undefined
}

export type Shortcut =
  | { kind: 'help' }
  | { kind: 'pause' }
  | { kind: 'go'; key: string }
  /** "g" was pressed: the next key says where to. */
  | { kind: 'waiting' }

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
  return undefined
}

/** SQLite's result codes for what passes by itself or by someone's hand: the statement can be tried again. */
const PASSING: Record<number, string> = {
  5: 'it is locked by another program',
  6: 'it is locked',
  8: 'it may only be read',
  10: 'the disk fails',
  13: 'the disk is full',
  14: 'its file cannot be opened',
}

/** What to do about it. */
export const STORE_REMEDY = 'Check the free space and the permissions of DATA_DIR.'

/** Why the store cannot be used now, in a few words; undefined for an error that no second try mends. */
export function storeTrouble(error: unknown): string | undefined {
  const { rawCode } = error as { rawCode?: unknown }
  // The lowest byte is the result code, what is above it says more than a person needs.
  return typeof rawCode === 'number' ? PASSING[rawCode & 0xff] : undefined
}

import { crc32 } from './crc32.ts'

/**
 * Of every column by its name, so that no value can stand for another one's. Columns that hold nothing or 0 are left
 * out: a later version may add some, and what was written before it still fits. So is `crc`, where it is kept.
 */
export function rowChecksum(row: object): number {
  const parts = Object.entries(row)
    .filter(([name, value]) => name !== 'crc' && value !== null && value !== 0)
    .map(([name, value]) => `${name}=${String(value)}`)
  return crc32(parts.sort().join('\n'))
}

import { statSync } from 'node:fs'

/** Which file has a name at a moment. */
export interface FileIdentity {
  inode: bigint
  bornNs: bigint
}

/**
 * undefined: there is none. By its name only: to open a database's file and close it would let go of the locks that this
 * process has on it.
 */
export function identityOf(file: string): FileIdentity | undefined {
  try {
    const { ino, birthtimeNs } = statSync(file, { bigint: true })
    return { inode: ino, bornNs: birthtimeNs }
  } catch {
    return undefined
  }
}

/** Some file systems over a network number a file anew now and then: only one that was also born later is another one. */
export const isSameFile = (one: FileIdentity, other: FileIdentity): boolean =>
  one.inode === other.inode || one.bornNs === other.bornNs

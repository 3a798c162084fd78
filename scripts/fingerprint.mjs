import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { inRoot, ROOT } from './root.mjs'

const NOT_BUILT = /\.(test|testing|bench)\.tsx?$/

/** A hash of the files and folders named, tests left out; what does not exist counts as empty. */
export function fingerprint(names) {
  const hash = createHash('sha256')
  for (const name of names) {
    for (const file of filesUnder(inRoot(name))) {
      hash
        .update(`${path.relative(ROOT, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

function filesUnder(start) {
  if (!existsSync(start)) return []
  if (statSync(start).isFile()) return [start]
  return readdirSync(start, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const full = path.join(start, entry.name)
      if (entry.isDirectory()) return filesUnder(full)
      return entry.isFile() && !NOT_BUILT.test(entry.name) ? [full] : []
    })
}

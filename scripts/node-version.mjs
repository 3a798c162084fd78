// Imported first by every script: it must parse and run on old versions of Node too.
import { readFileSync } from 'node:fs'

/** Each `^20.15.0` (that line from there on) or `>=22.2.0` of a range such as `^20.15.0 || >=22.2.0`. */
const parsed = (range) =>
  range.split('||').map((part) => {
    const [, kind, major, minor] = /^\s*(\^|>=)(\d+)\.(\d+)\.0\s*$/.exec(part)
    return { only: kind === '^', major: Number(major), minor: Number(minor) }
  })

/** What to say of this version of Node, or undefined where it will do. */
export function nodeTrouble(version, range) {
  const [major, minor] = version.split('.').map(Number)
  const lines = parsed(range)
  const fits = lines.some((line) => {
    if (major === line.major) return minor >= line.minor
    return !line.only && major > line.major
  })
  if (fits) return undefined
  const words = lines.map(
    (line) => `${line.major}.${line.minor} or ${line.only ? `a later ${line.major}` : 'newer'}`,
  )
  return `Kinesight needs Node ${words.join(', or ')}; this is ${version}. Install one of them from https://nodejs.org, then run the same command again.`
}

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const trouble = nodeTrouble(process.versions.node, engines.node)
if (trouble !== undefined) {
  console.error(trouble)
  process.exit(1)
}

// Imported first by every script: it must parse and run on old versions of Node too.
const REQUIRED = [20, 9]

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  console.error(
    `Kinesight needs Node ${REQUIRED.join('.')} or newer; this is ${process.versions.node}. Install it from https://nodejs.org, then run the same command again.`,
  )
  process.exit(1)
}

import path from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf, SetupError } from '../platform/errors.ts'
import { examine } from './examine.ts'
import { exitCodeOf, reportText } from './finding.ts'

const HELP = `Checks a data folder while no Kinesight runs on it, and says how to mend what it finds. Changes nothing.

  npm run doctor -- [folder] [--json]

  folder   the data folder; DATA_DIR, or ./data, without one
  --json   the report as JSON

Exit code: 0 all is well, 1 something was found, 2 it could not look.
`

const CANNOT_LOOK = 2

/** npm runs a script in the project's root, wherever it was called. */
const { npm_lifecycle_event: script, INIT_CWD: calledIn, DATA_DIR } = process.env
const calledFrom = script === 'doctor' && calledIn !== undefined ? calledIn : process.cwd()

/** Returns the exit code. */
async function main(): Promise<number> {
  const { values, positionals } = options()
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const [named] = positionals
  // DATA_DIR means what it means to Kinesight itself.
  const folder =
    named === undefined ? path.resolve(DATA_DIR || './data') : path.resolve(calledFrom, named)
  const report = await examine(folder)
  const code = exitCodeOf(report)
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ ...report, exitCode: code }, null, 2)}\n`
      : reportText(report),
  )
  return code
}

function options() {
  try {
    const read = parseArgs({
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    if (read.positionals.length <= 1) return read
  } catch (error) {
    throw new SetupError(`${messageOf(error)}\n\n${HELP}`, { cause: error })
  }
  throw new SetupError(`Name one folder\n\n${HELP}`)
}

try {
  process.exitCode = await main()
} catch (error) {
  const text =
    error instanceof SetupError || !(error instanceof Error) ? messageOf(error) : error.stack
  process.stderr.write(`${text}\n`)
  process.exitCode = CANNOT_LOOK
}

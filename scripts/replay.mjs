import './node-version.mjs'
import { setupOrExit } from './setup.mjs'

await setupOrExit({ parts: ['server'] })
// npm starts scripts in the project's folder; a file is meant from where the command was typed.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)
process.setSourceMapsEnabled(true)
await import('../dist/replay.js')

import './node-version.mjs'
import { setupOrExit } from './setup.mjs'

await setupOrExit({ parts: ['server'] })
process.setSourceMapsEnabled(true)
await import('../dist/replay.js')

import './node-version.mjs'
import { setupOrExit } from './setup.mjs'

// 1 says that something was found in the store.
await setupOrExit({ parts: ['server'], exitCode: 2 })
process.setSourceMapsEnabled(true)
await import('../dist/doctor.js')

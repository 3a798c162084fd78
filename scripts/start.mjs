import './node-version.mjs'
import { endWithParent } from './parent.mjs'
import { setupOrExit } from './setup.mjs'

await setupOrExit()
if (!process.env.NODE_ENV) process.env.NODE_ENV = 'production'
process.setSourceMapsEnabled(true)
// In this process, not in a child: signals and the exit code are the server's own.
await import('../dist/main.js')
endWithParent()

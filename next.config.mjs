import { fileURLToPath } from 'node:url'

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // All types at once are checked by `npm run verify` and `npm test`; a build for `npm start` need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // Else a lock file in a folder above would make that folder the root.
  turbopack: { root: fileURLToPath(new URL('.', import.meta.url)) },
}

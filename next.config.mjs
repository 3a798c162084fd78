import { fileURLToPath } from 'node:url'

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // `npm run verify` and `npm test` check all types at once, the server's too.
  typescript: { ignoreBuildErrors: true },
  // Else a lock file in a folder above would make that folder the root.
  turbopack: { root: fileURLToPath(new URL('.', import.meta.url)) },
}

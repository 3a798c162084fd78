import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  // `npx tsc` checks the types, of the server too; a second check here would only repeat it.
  typescript: { ignoreBuildErrors: true },
  reactStrictMode: true,
  devIndicators: false,
}

export default config

import '@fontsource-variable/inter/wght.css'
import '../components/ui/tokens.css'
import './globals.css'
import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { Frame } from '../components/frame/frame.tsx'
import { readTheme, THEME_COOKIE } from '../components/frame/theme.ts'

export const metadata: Metadata = {
  title: { default: 'Kinesight', template: '%s · Kinesight' },
  description: 'Real-time metrics and clickstream analytics on Amazon Kinesis',
  icons: { icon: '/icon.svg' },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f5f6f8' },
    { media: '(prefers-color-scheme: dark)', color: '#0a0c11' },
  ],
}

/** Each page is rendered when asked for: its scripts carry the nonce of that answer. */
export const dynamic = 'force-dynamic'

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <body>
        <Frame theme={theme}>{children}</Frame>
      </body>
    </html>
  )
}

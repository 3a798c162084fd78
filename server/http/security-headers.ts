/** Sent with every answer. Features a dashboard has no use for are off. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  // Not no-referrer: with that, some of our own requests would carry "Origin: null".
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=(), browsing-topics=()',
  'x-frame-options': 'DENY',
}

/** For answers that are data: nothing in them may run or load anything. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/**
 * The content security policy of a page. Scripts run by `nonce` only; styles come from our files or
 * by nonce, and as style attributes, which charts and figures need to place themselves.
 * `dev`: also what hot reloading needs.
 */
export function pagePolicy(nonce: string, options: { host: string; dev: boolean }): string {
  const { host, dev } = options
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    dev ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    // Spelled out: not every browser counts ws: as 'self'.
    `connect-src 'self' ws://${host}`,
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ')
}

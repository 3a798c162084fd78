export type Device = 'bot' | 'tablet' | 'mobile' | 'desktop'

const BOT =
  /bot|crawl|spider|slurp|fetch|curl|wget|python|java\/|libwww|perl|ruby|go-http|feed|reader|monitor|archiver|facebookexternalhit|http_?client|scan|validator|okhttp|tiny tiny rss|preview/i
const TABLET = /ipad|tablet|kindle|silk\/|playbook|android(?!.*mobile)/i
const MOBILE = /mobile|iphone|ipod|windows phone|blackberry|opera mini|symbian|midp|ucweb/i

/** A guess from the user agent's words; undefined where there is none. */
export function deviceOf(agent: string | undefined): Device | undefined {
  if (agent === undefined) return undefined
  if (BOT.test(agent)) return 'bot'
  if (TABLET.test(agent)) return 'tablet'
  return MOBILE.test(agent) ? 'mobile' : 'desktop'
}

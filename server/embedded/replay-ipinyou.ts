import { cutText, type EventInput } from '../../lib/event.ts'
import { parseTime } from '../../lib/time.ts'
import { deviceOf } from '../stream/records/combined/device.ts'
import { type ParsedLine, skipped } from './replay-line.ts'

const COLUMNS = 24
const TYPES: Record<string, string> = { 1: 'ad_impression', 2: 'ad_click', 3: 'conversion' }
const STAMP = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/
/** Per thousand impressions; more decimals would not fit into micro-units. */
const PRICE = /^(\d{1,9})(?:\.(\d{1,3}))?$/

/**
 * One line of an iPinYou log, season 3: tab-separated, 24 columns, times in China Standard Time.
 * An impression costs its paying price / 1,000 CNY, exactly. Advertisers pay by the impression, so a
 * click costs nothing more, although its line repeats the prices; they are kept in `props`.
 * The id is the bid's with the event's type: an impression and its click differ, and a bid that is
 * logged twice is charged once. account = advertiser, campaign and ad = creative, placement = ad slot.
 */
export function parseIpinyou(line: string): ParsedLine {
  if (line.trim() === '') return { kind: 'blank' }
  const columns = line.split('\t')
  if (columns.length !== COLUMNS) {
    return skipped(`${columns.length} columns instead of ${COLUMNS}`)
  }
  const [bid, stamp, log, user, agent, ip, region, city, exchange, domain, url, anonymousUrl] =
    columns.map(given)
  const [slot, width, height, visibility, format, floor, creative, bidPrice, paying, keyPage] =
    columns.slice(12).map(given)
  const [advertiser, tags] = columns.slice(22).map(given)
  const type = TYPES[log ?? '']
  if (bid === undefined) return skipped('no bid id')
  if (type === undefined) return skipped(`log type ${log} is none of 1, 2, 3`)
  const at = chinaTime(stamp ?? '')
  if (at === undefined) return skipped(`not a time: ${stamp}`)
  const price = PRICE.exec(paying ?? '')
  if (type === 'ad_impression' && price === null) return skipped(`not a paying price: ${paying}`)

  const event: EventInput = {
    id: `${bid.slice(0, 100)}:${type}`,
    type,
    time: new Date(at).toISOString(),
    ...defined({
      visitor: user,
      page: url ?? anonymousUrl,
      account: advertiser,
      campaign: creative,
      ad: creative,
      placement: slot,
      device: deviceOf(agent),
    }),
    country: 'CN',
    ...(type === 'ad_impression' && price !== null && { cost: perMille(price), currency: 'CNY' }),
    props: defined({
      agent,
      ip,
      region,
      city,
      exchange,
      domain,
      slot_width: width,
      slot_height: height,
      slot_visibility: visibility,
      slot_format: format,
      floor_price: floor,
      bid_price: bidPrice,
      paying_price: paying,
      key_page: keyPage,
      user_tags: tags,
    }),
  }
  return { kind: 'events', events: [{ event, at }], partitionKey: user ?? bid }
}

const given = (column: string): string | undefined =>
  column === '' || column === 'null' || column === 'Na' ? undefined : cutText(column)

/** The price per thousand as the price of one: the point moved by three places, nothing rounded. */
function perMille(price: RegExpExecArray): string {
  const digits = `${price[1]}${(price[2] ?? '').padEnd(3, '0')}`.padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`
}

/** "20131021192300738" at +08:00. */
function chinaTime(stamp: string): number | undefined {
  const match = STAMP.exec(stamp)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, ms] = match
  return parseTime(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}+08:00`)
}

const defined = (fields: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  )

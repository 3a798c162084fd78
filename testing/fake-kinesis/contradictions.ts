import type { Fields } from './fields.ts'
import { endOf } from './positions.ts'
import type { Page } from './read-page.ts'
import { recordFields } from './record-pages.ts'
import { describeChild } from './shard-operations.ts'
import type { Shard } from './vocabulary.ts'

/** How an answer of GetRecords, or an event of SubscribeToShard, contradicts itself, another one, or what there is. */
export type RecordsLie =
  /** The shard ends here, by itself, or with children that there are not. */
  | 'end_while_open'
  | 'end_with_invented_children'
  /** It ends here, and is 5 s behind. */
  | 'end_while_behind'
  /** It goes on, and has children. */
  | 'children_while_open'
  /** It goes on at no place, or at the one where this answer was read. */
  | 'no_place'
  | 'same_place'
  /** The place to go on lies beyond records that are left out; in a subscription only. */
  | 'place_ahead'
  /** The last record comes first; each comes twice; the ones before come again. */
  | 'out_of_order'
  | 'twice'
  | 'again'
  | 'no_sequence_number'
  | 'strange_sequence_number'
  | 'no_data'
  | 'no_arrival'
  | 'arrival_long_ago'
  | 'arrival_to_come'
  | 'behind_below_zero'
  | 'behind_beyond_retention'
  | 'behind_missing'

const AGAIN = 5
const BEHIND_MS = 5_000
const CENTURY_MS = 100 * 365 * 86_400_000

/** `place`: the field that says where to go on, what it is in truth, and where the answer was read from. */
export function lieAbout(
  lie: RecordsLie,
  page: Page,
  place: { name: string; next: string | undefined; from: string; ahead: string },
): Fields {
  const { shard } = page
  const records = recordsOf(page, page.from).map((fields) => ({ ...fields }) as Fields)
  const honest: Fields = {
    Records: records,
    ...(place.next !== undefined && { [place.name]: place.next }),
    MillisBehindLatest: page.millisBehindLatest,
    ...(page.end !== undefined && { ChildShards: page.end.children.map(describeChild) }),
  }
  const { [place.name]: _next, ChildShards: _children, ...over } = honest
  const children = [inventedChild(shard)]
  const edit = (change: (record: Fields) => void): Fields => {
    for (const record of records) change(record)
    return honest
  }
  switch (lie) {
    case 'end_while_open':
      return { ...over, MillisBehindLatest: sayable(page) }
    case 'end_with_invented_children':
      return { ...over, MillisBehindLatest: sayable(page), ChildShards: children }
    case 'end_while_behind':
      return { ...over, MillisBehindLatest: BEHIND_MS }
    case 'children_while_open':
      return { ...honest, [place.name]: place.next ?? place.ahead, ChildShards: children }
    case 'no_place':
      return { ...honest, [place.name]: '' }
    case 'same_place':
      return { ...honest, [place.name]: place.from }
    case 'place_ahead':
      return { ...honest, [place.name]: place.ahead }
    case 'out_of_order':
      return { ...honest, Records: records.toReversed() }
    case 'twice':
      return { ...honest, Records: records.flatMap((record) => [record, record]) }
    case 'again':
      return { ...honest, Records: recordsOf(page, Math.max(shard.trimmed, page.from - AGAIN)) }
    case 'no_sequence_number':
      return edit((record) => delete record.SequenceNumber)
    case 'strange_sequence_number':
      return edit((record) => {
        record.SequenceNumber = 'z'
      })
    case 'no_data':
      return edit((record) => delete record.Data)
    case 'no_arrival':
      return edit((record) => delete record.ApproximateArrivalTimestamp)
    case 'arrival_long_ago':
      return edit((record) => {
        record.ApproximateArrivalTimestamp = new Date(1_000)
      })
    case 'arrival_to_come':
      return edit((record) => {
        record.ApproximateArrivalTimestamp = new Date(
          (record.ApproximateArrivalTimestamp as Date).getTime() + CENTURY_MS,
        )
      })
    case 'behind_below_zero':
      return { ...honest, MillisBehindLatest: -BEHIND_MS }
    case 'behind_beyond_retention':
      return { ...honest, MillisBehindLatest: CENTURY_MS }
    case 'behind_missing': {
      const { MillisBehindLatest: _, ...rest } = honest
      return rest
    }
  }
}

const recordsOf = ({ shard, to }: Page, from: number) =>
  shard.records.slice(from - shard.trimmed, to - shard.trimmed).map(recordFields)

/** Of a closed shard with records left, an end with nothing behind it is a lie that nobody could find out. */
const sayable = ({ shard, to }: Page): number =>
  shard.closed !== undefined && to < endOf(shard) ? BEHIND_MS : 0

const inventedChild = (shard: Shard): Fields => ({
  ShardId: 'shardId-999999999999',
  ParentShards: [shard.shardId],
  HashKeyRange: {
    StartingHashKey: shard.hashFrom.toString(),
    EndingHashKey: shard.hashTo.toString(),
  },
})

/** How a page of ListShards contradicts itself, or the pages before. */
export type ListLie = 'own_parent' | 'no_hash_keys' | 'no_shard' | 'shard_lost' | 'other_parents'

export function lieAboutShards(lie: ListLie, fields: Fields): Fields {
  const shards = fields.Shards as Fields[]
  const [first, ...others] = shards
  switch (lie) {
    case 'own_parent':
      return { ...fields, Shards: [{ ...first, ParentShardId: first?.ShardId }, ...others] }
    case 'no_hash_keys':
      return { ...fields, Shards: shards.map(({ HashKeyRange: _, ...rest }) => rest) }
    case 'no_shard':
      return { Shards: [] }
    case 'shard_lost':
      return { ...fields, Shards: others }
    case 'other_parents':
      return { ...fields, Shards: [...shards, { ...first, ParentShardId: 'shardId-999999999999' }] }
  }
}

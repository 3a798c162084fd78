import type { Metadata } from 'next'
import { ShardPage } from '../../../components/shard/shard-page.tsx'

interface Props {
  params: Promise<{ shardId: string }>
}

/** As it stands in the address. */
const shardOf = async ({ params }: Props): Promise<string> =>
  decodeURIComponent((await params).shardId)

export const generateMetadata = async (props: Props): Promise<Metadata> => ({
  title: await shardOf(props),
})

export default async function ShardRoute(props: Props) {
  return <ShardPage shardId={await shardOf(props)} />
}

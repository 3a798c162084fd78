import Link from 'next/link'
import type { CSSProperties, MouseEvent, ReactNode } from 'react'

export const shardHref = (shardId: string): string => `/shards/${encodeURIComponent(shardId)}`

/** To everything about one shard. */
export function ShardLink({
  shardId,
  className,
  title,
  style,
  inRow = false,
  children,
}: {
  shardId: string
  className?: string | undefined
  title?: string
  style?: CSSProperties
  /** The row around it leads there too, by keyboard and by a click beside the link. */
  inRow?: boolean
  /** Absent: the id. */
  children?: ReactNode
}) {
  const stop = (event: MouseEvent) => event.stopPropagation()
  return (
    <Link
      href={shardHref(shardId)}
      // There may be hundreds of them in sight.
      prefetch={false}
      className={className}
      title={title}
      style={style}
      data-row={inRow ? undefined : shardId}
      {...(inRow && { tabIndex: -1, onClick: stop })}
    >
      {children ?? shardId}
    </Link>
  )
}

import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import styles from './menu.module.css'

interface Named {
  id: string
  label: ReactNode
  icon?: ReactNode
}

export interface MenuAction extends Named {
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
}

export interface MenuDownload extends Named {
  /** The address of a file; the server names it. */
  download: string
}

export type MenuItem = MenuAction | MenuDownload

/** `trigger`: the button that opens it. `heading`: quiet words above the items about all of them. */
export function Menu({
  trigger,
  heading,
  items,
}: {
  trigger: ReactElement<Record<string, unknown>>
  heading?: ReactNode
  items: readonly MenuItem[]
}) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.layer} sideOffset={4} align="end" collisionPadding={8}>
          <Base.Popup className={styles.popup}>
            <Base.Group>
              {heading !== undefined && (
                <Base.GroupLabel className={styles.heading}>{heading}</Base.GroupLabel>
              )}
              {items.map((item) => (
                <Item key={item.id} item={item} />
              ))}
            </Base.Group>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Item({ item }: { item: MenuItem }) {
  if ('download' in item) {
    return (
      <Base.LinkItem className={styles.item} href={item.download} download closeOnClick>
        {item.icon}
        {item.label}
      </Base.LinkItem>
    )
  }
  return (
    <Base.Item
      className={styles.item}
      data-danger={item.danger || undefined}
      disabled={item.disabled ?? false}
      onClick={item.onSelect}
    >
      {item.icon}
      {item.label}
    </Base.Item>
  )
}

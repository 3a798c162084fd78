import type { KeyboardEvent, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './table.module.css'

export interface Column<Row> {
  id: string
  header: ReactNode
  cell: (row: Row) => ReactNode
  /** Right-aligned with tabular figures. */
  numeric?: boolean
  /** A CSS length; the columns without one share the rest. */
  width?: string
  /** A bar behind the cell, as a part 0..1 of its width. */
  bar?: (row: Row) => number | null
  /** Narrower screens leave it out. */
  hideBelow?: 'phone' | 'tablet'
  /** The table is sorted by it now. Without `onSort` the order is only shown. */
  sorted?: 'up' | 'down'
  onSort?: () => void
}

export interface TableProps<Row> {
  /** Read out; not drawn. */
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  onRow?: (row: Row) => void
  /** What a click on the row does, for its tooltip. */
  rowTitle?: (row: Row) => string
  selected?: (row: Row) => boolean
  /** Instead of the rows where there are none. */
  empty?: ReactNode
  /** Scrolls within this height, the header staying on top; a CSS length. */
  maxHeight?: string
}

/** Rows of 36 px, numbers to the right, the sort shown. A wide table scrolls in itself, never the page. */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  onRow,
  rowTitle,
  selected,
  empty,
  maxHeight,
}: TableProps<Row>) {
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>
  return (
    <div className={styles.scroll} style={{ maxHeight }}>
      <table className={styles.table} aria-label={label}>
        <colgroup>
          {columns.map((column) => (
            <col
              key={column.id}
              data-hide-below={column.hideBelow}
              style={{ width: column.width }}
            />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              data-row={rowKey(row)}
              title={rowTitle?.(row)}
              data-selected={selected?.(row) || undefined}
              {...(onRow !== undefined && operable(() => onRow(row)))}
            >
              {columns.map((column) => (
                <BodyCell key={column.id} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function HeaderCell<Row>({ column }: { column: Column<Row> }) {
  const arrow = column.sorted !== undefined && (
    <span aria-hidden="true" className={styles.arrow}>
      {column.sorted === 'up' ? '↑' : '↓'}
    </span>
  )
  return (
    <th
      scope="col"
      className={classNames(column.numeric && styles.numeric)}
      data-hide-below={column.hideBelow}
      aria-sort={
        column.sorted === undefined
          ? undefined
          : column.sorted === 'up'
            ? 'ascending'
            : 'descending'
      }
    >
      {column.onSort === undefined ? (
        <span className={styles.heading}>
          {column.header}
          {arrow}
        </span>
      ) : (
        <button
          type="button"
          className={classNames(styles.heading, styles.sort)}
          onClick={column.onSort}
        >
          {column.header}
          {arrow}
        </button>
      )}
    </th>
  )
}

function BodyCell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const part = column.bar?.(row) ?? null
  return (
    <td className={classNames(column.numeric && styles.numeric)} data-hide-below={column.hideBelow}>
      {part !== null && (
        <span
          aria-hidden="true"
          className={styles.bar}
          style={{ width: `${Math.min(1, Math.max(0, part)) * 100}%` }}
        />
      )}
      <span className={styles.content}>{column.cell(row)}</span>
    </td>
  )
}

const operable = (act: () => void) => ({
  tabIndex: 0,
  'data-operable': true,
  onClick: () => {
    // Someone who marks text to copy it does not mean to press the row.
    if (window.getSelection()?.isCollapsed === false) return
    act()
  },
  onKeyDown: (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    act()
  },
})

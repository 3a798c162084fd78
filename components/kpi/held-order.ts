import { useRef } from 'react'

/** Rows with fresh values in the order that is held; those that are new come last, those that are gone go. */
export function inHeldOrder<Row extends { key: string }>(
  rows: readonly Row[],
  order: readonly string[],
): Row[] {
  const place = new Map(order.map((key, index) => [key, index]))
  const at = (row: Row) => place.get(row.key) ?? Number.MAX_SAFE_INTEGER
  return [...rows].sort((a, b) => at(a) - at(b))
}

/** While held, rows keep the order they had: nothing moves under the pointer. */
export function useHeldOrder<Row extends { key: string }>(
  rows: readonly Row[],
  held: boolean,
): readonly Row[] {
  const order = useRef<string[]>([])
  const shown = held ? inHeldOrder(rows, order.current) : rows
  order.current = shown.map((row) => row.key)
  return shown
}

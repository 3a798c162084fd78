import { messageOf } from '../platform/errors.ts'
import type { Damage, DamagedRow } from './damage.ts'

interface RowPorts<Row> {
  damage: Damage
  table: DamagedRow['table']
  streamId: number
  key: (row: Row) => DamagedRow['key']
}

/** What `read` makes of each row. One that it throws on is set aside as a whole, and the others are read. */
export async function readable<Row extends object, Value>(
  rows: readonly Row[],
  read: (row: Row) => Value,
  { damage, table, streamId, key }: RowPorts<Row>,
): Promise<Value[]> {
  const values: Value[] = []
  for (const row of rows) {
    try {
      values.push(read(row))
    } catch (error) {
      const held = JSON.stringify(row, asText)
      damage.found({ streamId, table, key: key(row), held, why: messageOf(error) })
    }
  }
  if (values.length < rows.length) await damage.flush()
  return values
}

const asText = (_name: string, value: unknown): unknown =>
  value instanceof ArrayBuffer ? { base64: Buffer.from(value).toString('base64') } : value

/** The value of a column of JSON. Throws in words where there is none, or one that does not fit. */
export function jsonOf<Value>(
  column: string,
  text: unknown,
  schema: { safeParse(value: unknown): { success: true; data: Value } | { success: false } },
): Value {
  let value: unknown
  try {
    value = JSON.parse(String(text))
  } catch (error) {
    throw new Error(`its "${column}" is not JSON`, { cause: error })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Error(`its "${column}" is not what it should be`)
  return parsed.data
}

/** Throws in words unless all of these are whole numbers, or null. */
export function expectTimes(row: object, ...columns: string[]): void {
  for (const column of columns) {
    const value = (row as Record<string, unknown>)[column]
    if (value !== null && !Number.isSafeInteger(value)) {
      throw new Error(`its "${column}" is not a whole number`)
    }
  }
}

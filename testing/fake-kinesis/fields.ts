import { KinesisError } from './vocabulary.ts'

/** A call's parameters or an answer, whatever the encoding: bytes are Uint8Array, times are Date. */
export type Fields = { [name: string]: unknown }

const wrong = (name: string, what: string): KinesisError =>
  new KinesisError('SerializationException', `${name} is not ${what}`)

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function textField(input: Fields, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw wrong(name, 'a string')
  return value
}

export function requiredText(input: Fields, name: string): string {
  const text = textField(input, name)
  if (text === undefined || text === '') {
    throw new KinesisError(
      'ValidationException',
      `1 validation error detected: Value null at '${name[0]?.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
    )
  }
  return text
}

export function numberField(
  input: Fields,
  name: string,
  range: { from: number; to: number },
): number | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw wrong(name, 'a number')
  if (value < range.from || value > range.to) {
    throw new KinesisError(
      'ValidationException',
      `1 validation error detected: Value '${value}' at '${name[0]?.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must have value between ${range.from} and ${range.to}`,
    )
  }
  return value
}

export function fieldsField(input: Fields, name: string): Fields | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) throw wrong(name, 'a structure')
  return value
}

/** JSON has them as base64. */
export function bytesField(input: Fields, name: string): Uint8Array {
  const value = input[name]
  if (value instanceof Uint8Array) return value
  if (typeof value !== 'string') throw wrong(name, 'a blob')
  return Buffer.from(value, 'base64')
}

/** Ms of the epoch; JSON has seconds, CBOR a tagged number of ms. */
export function timeField(input: Fields, name: string): number | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (value instanceof Date) return value.getTime()
  if (typeof value !== 'number') throw wrong(name, 'a timestamp')
  return Math.round(value * 1_000)
}

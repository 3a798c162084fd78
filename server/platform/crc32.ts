import zlib from 'node:zlib'

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 as in zip and PNG; `before`: that of the bytes that come before these. Node has it since 20.15. */
export const crc32: (bytes: Uint8Array | string, before?: number) => number =
  zlib.crc32 ?? slowCrc32

export function slowCrc32(bytes: Uint8Array | string, before = 0): number {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  let crc = before ^ 0xffffffff
  for (const byte of all) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!
  return (crc ^ 0xffffffff) >>> 0
}

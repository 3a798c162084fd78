/** What a column of bytes holds, also where it holds none any more. */
export const bytesOf = (held: unknown): Uint8Array =>
  held instanceof ArrayBuffer
    ? new Uint8Array(held)
    : held instanceof Uint8Array
      ? held
      : Buffer.from(String(held))

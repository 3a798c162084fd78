type Slice = (this: Uint8Array, from: number, to: number) => string

/** Node has it on buffers, where its types do not show it; it works on any bytes. */
const slice = (Buffer.prototype as unknown as { latin1Slice: Slice }).latin1Slice

/** A character for each byte from `from` to `to`: of ASCII, the text. Half the cost of making a buffer first. */
export const latin1 = (data: Uint8Array, from: number, to: number): string =>
  slice.call(data, from, to)

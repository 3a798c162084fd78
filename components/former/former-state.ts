/** What the address says: `?former=1`, whose totals are asked for. What makes no sense is as if unsaid. */
export function readFormer(params: Pick<URLSearchParams, 'get'>): number | undefined {
  const number = Number(params.get('former') ?? Number.NaN)
  return Number.isInteger(number) && number >= 1 && number <= 1_000_000 ? number : undefined
}

export const formerPatch = (number: number | undefined) => ({
  former: number === undefined ? null : String(number),
})

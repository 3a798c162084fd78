/** How long a row's bar is, 0..1 of that of the row with the largest value; 0 for what is below 0, such as a credit. */
export const barPart = (value: number | null | undefined, largest: number): number =>
  largest > 0 ? Math.max(0, (value ?? 0) / largest) : 0

/** A value that came from JSON, as JSON again; undefined where it nests too deeply for that. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

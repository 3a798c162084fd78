/** Work that is long is done in steps of a millisecond or so: between any two of them others may have their turn. */
export type Steps<T> = Generator<undefined, T, void>

/** All of it at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/** What may still be done in the step that is under way: bytes, and what else costs as much. */
export interface Budget {
  costLeft: number
}

export const STEP_COST = 128 * 1024

export function* nextStep(budget: Budget): Steps<void> {
  budget.costLeft = STEP_COST
  yield
}

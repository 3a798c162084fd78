/** A nominal type: `Brand<number, 'EpochMs'>` is a number that only its own constructor produces. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }

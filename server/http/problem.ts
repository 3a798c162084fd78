import type { Problem } from '../../lib/api.ts'

export interface FieldError {
  field: string
  message: string
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  403: 'Refused',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Body too large',
  414: 'Address too long',
  415: 'Wrong content type',
  421: 'Wrong host',
  429: 'Too many questions',
  500: 'Internal error',
  503: 'Not ready',
}

/** RFC 9457. `detail` says in plain words what is wrong and what to do about it. */
export function problem(status: number, detail: string, errors?: readonly FieldError[]): Problem {
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Problem',
    status,
    detail,
    ...(errors !== undefined && errors.length > 0 && { errors: [...errors] }),
  }
}

/** Something this answer needs is not there now, but may be in a moment: status 503. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
}

/** Who asked is gone: nobody is there to be answered, and nothing is wrong here. */
export class HungUpError extends Error {
  override readonly name = 'HungUpError'

  constructor(cause: unknown) {
    super('The client hung up', { cause })
  }
}

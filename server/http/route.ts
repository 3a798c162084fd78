import type { z } from 'zod'
import type { Problem } from '../../lib/api.ts'
import type { AnswerText, Wanted } from '../pipeline-port.ts'
import type { Load } from './admission.ts'
import type { CsvFile } from './csv.ts'

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof METHODS)[number]

/** One address and method: what it takes, what it answers, and what it does. */
export interface Route {
  method: Method
  /** Such as `/api/v1/kpis/{id}/series`. */
  path: string
  summary: string
  /** What stands for each `{name}` in the path. */
  params?: Record<string, string>
  query?: z.ZodObject
  /** Parameters of the query that may be given again: their schemas are of lists. */
  repeats?: readonly string[]
  body?: z.ZodType
  answer: Answer
  /** The answer as a table, for those who ask for one; the query then has `formatParameter`. */
  csv?(body: unknown): CsvFile
  /** Of an address that may be refused because too much is asked at once; `small` if absent. */
  load?(query: unknown): Load
  /** Statuses of problems beyond those every route may have. */
  problems?: readonly number[]
  handle(input: RouteInput<unknown, unknown>): Promise<Outcome<unknown>>
}

export type Answer =
  | { status: 200 | 201; description: string; schema: z.ZodType }
  | { status: 200; description: string; text: string }
  | { status: 204; description: string }

export interface RouteInput<Query, Body> {
  params: Readonly<Record<string, string>>
  query: Query
  body: Body
  /** What the answer is wanted as, and for how long it is. */
  wanted: Wanted
}

export type Outcome<Body> =
  | { kind: 'answer'; body: Body; headers?: Record<string, string> }
  /** The body as it was wanted. */
  | { kind: 'text'; text: AnswerText }
  | { kind: 'problem'; problem: Problem }

export const answer = <Body>(body: Body, headers?: Record<string, string>): Outcome<Body> => ({
  kind: 'answer',
  body,
  ...(headers !== undefined && { headers }),
})

/** What asks for figures waits for its place; what asks whether the process lives does not. */
export const isQuestion = ({ path }: Pick<Route, 'path'>): boolean => path.startsWith('/api/')

/** An answer that is text already, and comes while it is sent. */
export const answerAs = (text: AnswerText): Outcome<never> => ({ kind: 'text', text })

export const refuse = (problem: Problem): Outcome<never> => ({ kind: 'problem', problem })

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined
type Body<Spec> = Spec extends { schema: z.ZodType<infer Shape> }
  ? Shape
  : Spec extends { text: string }
    ? string
    : undefined

/** Ties what the handler gets and gives to the schemas beside it. */
export function route<
  const Spec extends Answer,
  Query extends z.ZodObject | undefined = undefined,
  Input extends z.ZodType | undefined = undefined,
>(spec: {
  method: Method
  path: string
  summary: string
  params?: Record<string, string>
  query?: Query
  repeats?: readonly string[]
  body?: Input
  answer: Spec
  csv?(body: Body<Spec>): CsvFile
  load?(query: Parsed<Query>): Load
  problems?: readonly number[]
  handle(input: RouteInput<Parsed<Query>, Parsed<Input>>): Promise<Outcome<Body<Spec>>>
}): Route {
  return spec as unknown as Route
}

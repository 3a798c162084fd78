import { z } from 'zod'
import { ruleSentence } from '../../lib/alert-rule.ts'
import type { DefinedKpi } from '../../lib/api.ts'
import {
  type KpiDefinition,
  kpiDefinitionSchema,
  kpiFormulaSchema,
  kpiOfDefinition,
  kpiPatchSchema,
  patchedDefinition,
} from '../../lib/kpi-definition.ts'
import type { Kpi, KpiId } from '../../lib/kpis.ts'
import { type ComposedKpi, MAX_COMPOSED_KPIS } from '../catalog/composed-kpis.ts'
import type { ApiContext } from './api-context.ts'
import { kpiUnit } from './kpis.ts'
import { problem } from './problem.ts'
import { readValue } from './read-input.ts'
import { answer, type Outcome, type Route, refuse, route } from './route.ts'
import { epochMs } from './wire.ts'

const DEFINITIONS = '/api/v1/kpi-definitions'
const DEFINITION = `${DEFINITIONS}/{id}`
const params = { id: 'The KPI’s id' }

export const kpiFields = {
  id: z.string(),
  label: z.string(),
  formula: kpiFormulaSchema,
  unit: kpiUnit,
  better: z.enum(['up', 'down', 'none']),
  help: z.string(),
}

const definedKpi: z.ZodType<DefinedKpi> = z.strictObject({
  ...kpiFields,
  origin: z.enum(['built_in', 'file', 'composed']).describe('Only composed ones can be changed'),
  measured: z
    .boolean()
    .describe('false: the file has one of the same id, and that is the one measured'),
  createdAt: epochMs.nullable().describe('null: it was not composed'),
  updatedAt: epochMs.nullable(),
})

/** KPIs that are composed; a change takes effect by itself, and the pipeline goes on where it was. */
export const kpiDefinitionRoutes = (context: ApiContext): Route[] => [
  route({
    method: 'GET',
    path: DEFINITIONS,
    summary: 'Every KPI, with where it comes from',
    answer: {
      status: 200,
      description: 'Built in, then of the file, then composed',
      schema: z.strictObject({ kpis: z.array(definedKpi) }),
    },
    handle: async () => answer({ kpis: await definedKpis(context) }),
  }),
  route({
    method: 'POST',
    path: DEFINITIONS,
    summary: 'Adds a KPI, and answers once it is measured, after 5 s at the latest',
    body: kpiDefinitionSchema,
    answer: { status: 201, description: 'The KPI as it was made', schema: definedKpi },
    problems: [409],
    async handle({ body }) {
      const taken = takenBy(context, body.id)
      if (taken !== undefined) return idTaken(body.id, taken)
      const made = await context.composed().create(body)
      if (made === 'id_taken') return idTaken(body.id, 'there already')
      if (made === 'too_many') {
        const detail = `There are ${MAX_COMPOSED_KPIS} composed KPIs already: delete one first`
        return refuse(problem(409, detail))
      }
      await context.recompose()
      return answer(composed(context, made), { location: `${DEFINITIONS}/${body.id}` })
    },
  }),
  route({
    method: 'PATCH',
    path: DEFINITION,
    summary: 'Changes the given fields of a composed KPI; another formula is measured from then on',
    params,
    body: kpiPatchSchema,
    answer: { status: 200, description: 'The KPI as it is now', schema: definedKpi },
    problems: [404, 409],
    async handle({ params: { id = '' }, body }) {
      const before = await context.composed().get(id)
      if (before === undefined) return noSuchKpi(context, id)
      const next = readValue(patchedDefinition(before.definition, body), kpiDefinitionSchema)
      if (!next.ok) return refuse(next.problem)
      if (next.value.formula.kind !== before.definition.formula.kind) {
        const inUse = await usedBy(context, id)
        if (inUse !== undefined) return keptFor(inUse, 'would mean something else')
      }
      const changed = await context.composed().update(next.value)
      if (changed === undefined) return noSuchKpi(context, id)
      await context.recompose()
      return answer(composed(context, changed))
    },
  }),
  route({
    method: 'DELETE',
    path: DEFINITION,
    summary: 'Deletes a composed KPI that no threshold names; what was measured is no longer shown',
    params,
    answer: { status: 204, description: 'It is gone' },
    problems: [404, 409],
    async handle({ params: { id = '' } }) {
      const inUse = await usedBy(context, id)
      const there = await context.composed().get(id)
      if (there === undefined) return noSuchKpi(context, id)
      if (inUse !== undefined) return keptFor(inUse, 'would have nothing to watch')
      if (!(await context.composed().remove(id))) return noSuchKpi(context, id)
      await context.recompose()
      return answer(undefined)
    },
  }),
]

async function definedKpis(context: ApiContext): Promise<DefinedKpi[]> {
  const { catalog, originOf } = context.kpis
  const fixed = catalog.kpis.flatMap((kpi): DefinedKpi[] => {
    const origin = originOf(kpi.id)
    if (origin === undefined || origin === 'composed') return []
    return [{ ...kpi, origin, measured: true, createdAt: null, updatedAt: null }]
  })
  const own = await context.composed().list()
  return [...fixed, ...own.map((one) => composed(context, one))]
}

function composed(context: ApiContext, { definition, createdAt, updatedAt }: ComposedKpi) {
  const kpi: Kpi = kpiOfDefinition(definition)
  const measured = context.kpis.originOf(kpi.id) === 'composed'
  return { ...kpi, origin: 'composed' as const, measured, createdAt, updatedAt }
}

function takenBy({ kpis }: ApiContext, id: KpiId): string | undefined {
  const origin = kpis.originOf(id)
  if (origin === 'built_in') return 'built in'
  return origin === 'file' ? 'in the file of KPIs' : undefined
}

function idTaken(id: KpiDefinition['id'], where: string): Outcome<never> {
  const message = `"${id}" is ${where}: choose another id`
  return refuse(problem(409, message, [{ field: 'id', message }]))
}

/** The thresholds that name it, in words; undefined: none. */
async function usedBy({ kpis, rules }: ApiContext, id: KpiId): Promise<string[] | undefined> {
  // A threshold names the one that is measured.
  if (kpis.originOf(id) !== 'composed') return undefined
  const naming = (await rules().list()).filter(({ kpi }) => kpi === id)
  return naming.length === 0 ? undefined : naming.map((rule) => ruleSentence(kpis.catalog, rule))
}

function keptFor(rules: readonly string[], what: string): Outcome<never> {
  const named = rules.map((rule) => `“${rule}”`).join(', ')
  const [subject, them] = rules.length === 1 ? ['The threshold', 'it'] : ['The thresholds', 'them']
  return refuse(problem(409, `${subject} ${named} ${what}: delete ${them} first`))
}

function noSuchKpi({ kpis }: ApiContext, id: KpiId): Outcome<never> {
  const origin = kpis.originOf(id)
  if (origin === 'built_in') {
    return refuse(problem(404, `"${id}" is built in: make a KPI of your own from a copy of it`))
  }
  if (origin === 'file') {
    return refuse(problem(404, `"${id}" is in the file of KPIs: change it there and start anew`))
  }
  return refuse(problem(404, 'There is no such KPI; it may have been deleted'))
}

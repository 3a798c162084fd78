import { z } from 'zod'
import {
  type AlertRule,
  isMoney,
  type RuleInput,
  type RulePatch,
  ruleInputSchema,
  rulePatchSchema,
} from '../../lib/alert-rule.ts'
import { DEFAULT_CURRENCY } from '../../lib/event.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { MAX_RULES } from '../alerts/rule-store.ts'
import { type ApiContext, liveOrNothing } from './api-context.ts'
import { problem } from './problem.ts'
import { readValue } from './read-input.ts'
import { answer, type Outcome, type Route, refuse, route } from './route.ts'
import { alertRule } from './wire.ts'

const RULES = '/api/v1/alerts/rules'
const RULE = `${RULES}/{id}`
const params = { id: 'The rule’s id' }

export const alertRuleRoutes = (context: ApiContext): Route[] => [
  route({
    method: 'GET',
    path: RULES,
    summary: 'All thresholds, oldest first',
    answer: {
      status: 200,
      description: 'The rules',
      schema: z.strictObject({ rules: z.array(alertRule) }),
    },
    handle: async () => answer({ rules: await context.rules().list() }),
  }),
  route({
    method: 'GET',
    path: RULE,
    summary: 'One threshold',
    params,
    answer: { status: 200, description: 'The rule', schema: alertRule },
    problems: [404],
    async handle({ params }) {
      return found(await context.rules().get(params.id ?? ''))
    },
  }),
  route({
    method: 'POST',
    path: RULES,
    summary: 'Sets a threshold: it fires while the KPI is beyond it, and clears by itself',
    body: ruleInputSchema(context.kpis.catalog),
    answer: { status: 201, description: 'The rule as it was made', schema: alertRule },
    problems: [409],
    async handle({ body }) {
      const rule = await context.rules().create(await withCurrency(context, body))
      if (rule === undefined) {
        return refuse(problem(409, `There are ${MAX_RULES} rules already: delete one first`))
      }
      context.pipeline().rulesChanged()
      return answer(rule, { location: `${RULES}/${rule.id}` })
    },
  }),
  route({
    method: 'PATCH',
    path: RULE,
    summary: 'Changes the given fields of a threshold; filter null takes the filter away',
    params,
    body: rulePatchSchema,
    answer: { status: 200, description: 'The rule as it is now', schema: alertRule },
    problems: [404],
    async handle({ params, body }) {
      const rule = await context.rules().get(params.id ?? '')
      if (rule === undefined) return noSuchRule()
      const input = readValue(
        patched(context.kpis.catalog, rule, body),
        ruleInputSchema(context.kpis.catalog),
      )
      if (!input.ok) return refuse(input.problem)
      const next = await withCurrency(context, input.value)
      const changed = await context.rules().update(rule.id, next)
      context.pipeline().rulesChanged()
      return found(changed)
    },
  }),
  route({
    method: 'DELETE',
    path: RULE,
    summary: 'Deletes a threshold; if it fires, the alert ends',
    params,
    answer: { status: 204, description: 'It is gone' },
    problems: [404],
    async handle({ params }) {
      if (!(await context.rules().remove(params.id ?? ''))) return noSuchRule()
      context.pipeline().rulesChanged()
      return answer(undefined)
    },
  }),
]

const noSuchRule = (): Outcome<never> =>
  refuse(problem(404, 'There is no such rule; it may have been deleted'))

const found = (rule: AlertRule | undefined): Outcome<AlertRule> =>
  rule === undefined ? noSuchRule() : answer(rule)

/** Where none is named a rule is in the currency that is the main one now, and stays in it. */
async function withCurrency(context: ApiContext, rule: RuleInput): Promise<RuleInput> {
  const kpi = context.kpis.catalog.kpi(rule.kpi)
  if (kpi === undefined || !isMoney(kpi) || rule.currency !== undefined) return rule
  const live = await liveOrNothing(context)
  return { ...rule, currency: live?.cells.status.mainCurrency ?? DEFAULT_CURRENCY }
}

/** The rule's own fields with the patch over them. A currency goes when the KPI is no longer money. */
function patched(catalog: Catalog, rule: AlertRule, patch: RulePatch): RuleInput {
  const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, sample: _sample, ...before } = rule
  const { filter, ...fields } = patch
  const merged: RuleInput = { ...before, ...given(fields) }
  if (filter === null) delete merged.filter
  else if (filter !== undefined) merged.filter = filter
  const kpi = catalog.kpi(merged.kpi)
  if (kpi !== undefined && !isMoney(kpi) && patch.currency === undefined) delete merged.currency
  return merged
}

function given(fields: Omit<RulePatch, 'filter'>): Partial<RuleInput> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

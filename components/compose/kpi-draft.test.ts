import { expect, test } from 'vitest'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { definitionText, kpiDefinitionSchema, kpiOfDefinition } from '../../lib/kpi-definition.ts'
import { KPIS } from '../../lib/kpis.ts'
import { checkDraft, errorsOf } from './draft-errors.ts'
import { conditionOn, withCondition } from './events-draft.ts'
import {
  copyOf,
  draftOf,
  idOfLabel,
  type KpiDraft,
  NEW_DRAFT,
  previewOf,
  typesOf,
  unitOf,
} from './kpi-draft.ts'

const mobile = { ...conditionOn(1, 'device'), texts: ['mobile'] }
const named = (part: Partial<KpiDraft> = {}): KpiDraft => ({ ...NEW_DRAFT, label: 'Mine', ...part })
const where = (...conditions: KpiDraft['of']['conditions']) => ({ type: 'page_view', conditions })
const errorsIn = (draft: KpiDraft, id = 'mine') => {
  const checked = checkDraft(draft, id)
  return checked.ok ? {} : checked.errors
}

test.each(BUILT_IN.kpis.map((kpi) => [kpi.id, kpi] as const))(
  '%s as a draft is the same KPI again',
  (_, kpi) => {
    const checked = checkDraft(draftOf(kpi), kpi.id)
    expect(checked.ok && kpiOfDefinition(checked.definition)).toEqual(kpi)
  },
)

test.each(BUILT_IN.kpis.map((kpi) => [kpi.id, kpi] as const))(
  '%s as JSON for a file is the same KPI again',
  (_, kpi) => {
    const read = kpiDefinitionSchema.parse(JSON.parse(definitionText(kpi)))
    expect(kpiOfDefinition(read)).toEqual(kpi)
  },
)

test('a copy has the formula, and a name and an id of its own', () => {
  const copy = copyOf(KPIS.error_rate)
  expect([copy.label, copy.id, copy.help]).toEqual(['Error rate (copy)', null, ''])
  expect(previewOf(copy)?.formula).toEqual(KPIS.error_rate.formula)
})

test.each([
  ['Mobile page views', 'mobile_page_views'],
  ['  CTR (é) %', 'ctr_e'],
  ['2nd step', 'kpi_2nd_step'],
  ['数', ''],
  ['x'.repeat(60), 'x'.repeat(37)],
])('the id of "%s" is "%s"', (label, id) => {
  expect(idOfLabel(label, () => false)).toBe(id)
})

test('an id that is taken gets a number', () => {
  const taken = new Set(['carts', 'carts_2'])
  expect(idOfLabel('Carts', (id) => taken.has(id))).toBe('carts_3')
})

test('what is typed counts as a value before it is parted from the next', () => {
  const draft = named({ of: where({ ...mobile, typed: ' tablet ' }) })
  expect(previewOf(draft)?.formula).toEqual({
    kind: 'count',
    of: { type: 'page_view', where: [{ field: 'device', is: ['mobile', 'tablet'] }] },
  })
})

test('a preview leaves out what is not finished, saving does not', () => {
  const draft = named({ of: withCondition(where(mobile)) })
  expect(previewOf(draft)?.formula).toEqual({
    kind: 'count',
    of: { type: 'page_view', where: [{ field: 'device', is: ['mobile'] }] },
  })
  expect(errorsIn(draft)).toEqual({ 'of.1': 'Enter a value, or take the condition away' })
})

test('a draft without a name is told so once', () => {
  expect(errorsIn(named({ label: ' ' }), '')).toEqual({ label: 'Give it a name' })
})

test.each([
  [{ percentile: '100', kind: 'quantile' as const }, { percentile: 'It must be between 0 and 1' }],
  [{ label: 'x'.repeat(33) }, { label: 'It must be at most 32 characters' }],
  [
    { of: where({ ...conditionOn(1, 'status'), typed: 'five' }) },
    { 'of.0': 'Enter a plain number, such as 500' },
  ],
  [{ of: where({ ...mobile, field: 'props.' }) }, { 'of.0': 'Name the property, such as plan' }],
  [
    { kind: 'ratio' as const, under: { type: 'y'.repeat(65), conditions: [] } },
    { 'under.type': 'It must be at most 64 characters' },
  ],
])('%j is said at its blank', (part, errors) => {
  expect(errorsIn(named(part))).toEqual(errors)
})

test('what is wrong with a blank that is not shown is not said', () => {
  const under = where({ ...mobile, texts: [] })
  expect(errorsIn(named({ under }))).toEqual({})
})

test('a unit that another formula cannot have falls back to its usual one', () => {
  expect(unitOf({ kind: 'count', unit: 'count' })).toBe('count')
  expect(unitOf({ kind: 'ratio', unit: 'count' })).toBe('percent')
})

test('any type on one side asks for events of every type', () => {
  expect(typesOf(named({ kind: 'ratio' }))).toEqual(['page_view', 'ad_impression'])
  expect(typesOf(named({ kind: 'ratio', under: { type: ' ', conditions: [] } }))).toEqual([])
  expect(typesOf(named())).toEqual(['page_view'])
})

test('what the server finds wrong stands at its blank, and the rest above the form', () => {
  const problem = { type: 'about:blank', title: 'Conflict', status: 409, detail: 'No room' }
  expect(errorsOf(problem)).toEqual({ form: 'No room' })
  const errors = [
    { field: 'id', message: '"carts" is built in: choose another id' },
    { field: 'formula.over.where.1', message: '"formula.over.where.1" must be …' },
  ]
  expect(errorsOf({ ...problem, errors })).toEqual({
    id: '"carts" is built in: choose another id',
    'of.1': '"formula.over.where.1" must be …',
  })
})

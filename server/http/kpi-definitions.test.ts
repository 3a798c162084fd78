import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CatalogAnswer, DefinedKpi, DefinedKpisAnswer, Problem } from '../../lib/api.ts'
import { KPI_IDS, KPIS } from '../../lib/kpis.ts'
import { MAX_COMPOSED_KPIS } from '../catalog/composed-kpis.ts'
import { NOW, startTestServer, type TestServer } from './test-server.ts'

const PATH = '/api/v1/kpi-definitions'
const carts = { ...KPIS.page_views, id: 'carts', label: 'Carts' }
const mobile = {
  id: 'mobile_views',
  label: 'Mobile page views',
  formula: {
    kind: 'count',
    of: { type: 'page_view', where: [{ field: 'device', is: 'mobile' }] },
  },
}

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ fileKpis: [carts] })
})
afterEach(() => server.close())

async function ask(method: string, path: string, body?: unknown) {
  const answer = await server.send({
    path,
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { ...answer, body: answer.text === '' ? undefined : JSON.parse(answer.text) }
}
const post = (body: unknown) => ask('POST', PATH, body)
const patch = (body: unknown) => ask('PATCH', `${PATH}/mobile_views`, body)
const remove = (id = 'mobile_views') => ask('DELETE', `${PATH}/${id}`)
const list = async () => ((await ask('GET', PATH)).body as DefinedKpisAnswer).kpis
const ids = async () =>
  ((await ask('GET', '/api/v1/catalog')).body as CatalogAnswer).kpis.map(({ id }) => id)
const setRule = (kpi: string) =>
  ask('POST', '/api/v1/alerts/rules', { kpi, window: '5m', when: 'above', value: '9' })

describe('a composed KPI', () => {
  it('is in the catalog and given to the pipeline as soon as it is saved', async () => {
    const made = await post(mobile)
    expect([made.status, made.headers.location]).toEqual([201, `${PATH}/mobile_views`])
    expect(made.body).toEqual({
      ...mobile,
      formula: {
        kind: 'count',
        of: { type: 'page_view', where: [{ field: 'device', is: ['mobile'] }] },
      },
      unit: 'per_second',
      better: 'none',
      help: 'Number of page_view (device is mobile)',
      origin: 'composed',
      measured: true,
      createdAt: NOW,
      updatedAt: NOW,
    })
    const all = [...KPI_IDS, 'carts', 'mobile_views']
    expect(await ids()).toEqual(all)
    expect(server.pipeline.measured).toEqual([all])
  })

  it('compares currencies as they are kept, in capitals', async () => {
    const where = [
      { field: 'currency', is: ['usd', 'Eur'] },
      { field: 'account', not: 'usd' },
    ]
    const { status, body } = await post({ ...mobile, formula: { kind: 'count', of: { where } } })
    expect([status, body.formula.of.where]).toEqual([
      201,
      [
        { field: 'currency', is: ['USD', 'EUR'] },
        { field: 'account', not: ['usd'] },
      ],
    ])
  })

  it('can be asked for and watched by a threshold', async () => {
    await post(mobile)
    expect((await ask('GET', '/api/v1/kpis?by=page&rank=mobile_views')).status).toBe(200)
    expect((await setRule('mobile_views')).status).toBe(201)
  })

  it('stands behind the built-in ones and those of the file, each with its origin', async () => {
    await post(mobile)
    const origins = (await list()).map(({ id, origin }) => [id, origin])
    expect(origins).toEqual([
      ...KPI_IDS.map((id) => [id, 'built_in']),
      ['carts', 'file'],
      ['mobile_views', 'composed'],
    ])
  })

  it('changes by the fields of a patch; its help follows the formula where none was written', async () => {
    await post(mobile)
    const changed = await patch({
      label: 'Phones',
      formula: { kind: 'count', of: { type: 'tap' } },
    })
    expect(changed.body).toMatchObject({
      id: 'mobile_views',
      label: 'Phones',
      help: 'Number of tap',
    })
    expect((await patch({ help: 'Taps.', unit: 'count', better: 'up' })).body).toMatchObject({
      ...{ help: 'Taps.', unit: 'count', better: 'up', label: 'Phones' },
    })
    expect((await patch({ help: null, unit: null })).body).toMatchObject({
      ...{ help: 'Number of tap', unit: 'per_second', better: 'up' },
    })
    expect(server.pipeline.measured).toHaveLength(4)
  })

  it('loses a unit that its new formula cannot have', async () => {
    await post({ ...mobile, unit: 'count' })
    const changed = await patch({ formula: { kind: 'money', field: 'cost' } })
    expect([changed.status, changed.body.unit]).toEqual([200, 'per_hour'])
  })

  it('is gone once deleted', async () => {
    await post(mobile)
    expect((await remove()).status).toBe(204)
    expect(await ids()).toEqual([...KPI_IDS, 'carts'])
    expect(server.pipeline.measured.at(-1)).toEqual([...KPI_IDS, 'carts'])
    expect((await remove()).status).toBe(404)
  })

  it('is deleted only once no threshold names it', async () => {
    await post(mobile)
    const rule = await setRule('mobile_views')
    const refused = await remove()
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      'The threshold “Mobile page views over 5 min above 9 mobile page views” would have nothing to watch: delete it first',
    ])
    expect(await ids()).toContain('mobile_views')
    await ask('DELETE', `/api/v1/alerts/rules/${rule.body.id}`)
    expect((await remove()).status).toBe(204)
  })

  it('keeps the kind of its formula while a threshold names it', async () => {
    await post(mobile)
    await setRule('mobile_views')
    const refused = await patch({ formula: { kind: 'distinct', field: 'visitor' } })
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringMatching(/delete it first/),
    ])
    expect((await patch({ formula: { kind: 'count', of: { type: 'tap' } } })).status).toBe(200)
  })
})

describe('what is refused names the field and what to do', () => {
  const count = (of: unknown) => ({ ...mobile, formula: { kind: 'count', of } })
  it.each([
    [
      { ...mobile, id: 'Mobile' },
      'id',
      '"id" must be small letters, digits and _, and begin with a letter',
    ],
    [{ ...mobile, label: ' ' }, 'label', '"label" must not be empty'],
    [{ ...mobile, unit: 'ms' }, 'unit', /"unit" must be "per_second" or "count"/],
    [{ ...mobile, colour: 'red' }, 'colour', /There is no field "colour"/],
    [
      count({ where: [{ field: 'colour', is: 'red' }] }),
      'formula.of.where.0',
      /must be a "field" with/,
    ],
    [
      { ...mobile, formula: { kind: 'sum' } },
      'formula.kind',
      /"formula.kind" must be one of "count"/,
    ],
    [{ label: 'No id', formula: mobile.formula }, 'id', /"id" is missing/],
  ])('%j', async (body, field, message) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    const { errors } = answer.body as Problem
    const said = typeof message === 'string' ? message : expect.stringMatching(message)
    expect(errors).toEqual([{ field, message: said }])
    expect(server.pipeline.measured).toEqual([])
  })

  it.each([
    ['page_views', '"page_views" is built in: choose another id'],
    ['carts', '"carts" is in the file of KPIs: choose another id'],
    ['mobile_views', '"mobile_views" is there already: choose another id'],
  ])('an id that is taken: %s', async (id, message) => {
    await post(mobile)
    const answer = await post({ ...mobile, id })
    expect(answer.status).toBe(409)
    expect(answer.body.errors).toEqual([{ field: 'id', message }])
  })

  it('a patch is checked together with what it changes, and the id stays', async () => {
    await post(mobile)
    expect((await patch({ unit: 'ms' })).body.errors).toEqual([
      { field: 'unit', message: expect.stringMatching(/must be "per_second" or "count"/) },
    ])
    expect((await patch({ id: 'other' })).status).toBe(400)
  })

  it.each([
    ['ctr', /built in/],
    ['carts', /in the file of KPIs: change it there/],
    ['nothing', /no such KPI/],
  ])('a change of one that was not composed: %s', async (id, why) => {
    const answer = await ask('PATCH', `${PATH}/${id}`, { label: 'Mine' })
    expect([answer.status, answer.body.detail]).toEqual([404, expect.stringMatching(why)])
    expect((await remove(id)).status).toBe(404)
  })

  it('more than there is room for', async () => {
    for (let n = 0; n < MAX_COMPOSED_KPIS; n++) await post({ ...mobile, id: `kpi_${n}` })
    const answer = await post(mobile)
    expect([answer.status, answer.body.detail]).toEqual([
      409,
      expect.stringMatching(/delete one first/),
    ])
  })

  it('a page of another origin', async () => {
    const headers = { 'content-type': 'application/json', origin: 'http://elsewhere.example' }
    const answer = await server.send({
      path: PATH,
      method: 'POST',
      headers,
      body: JSON.stringify(mobile),
    })
    expect(answer.status).toBe(403)
    expect(await ids()).not.toContain('mobile_views')
  })
})

it('where the file comes to have a composed one’s id, the file wins and the list says so', async () => {
  const body = JSON.stringify({ ...mobile, id: 'carts', better: 'none' })
  const row = { id: 'carts', body, created_ms: 1, updated_ms: 2 }
  await server.store.db.insertInto('kpi_definition').values(row).execute()
  await post(mobile)
  expect((await ids()).filter((id) => id === 'carts')).toHaveLength(1)
  const both = (await list()).filter(({ id }) => id === 'carts')
  const standing = ({ origin, measured }: DefinedKpi) => [origin, measured]
  expect(both.map(standing)).toEqual([
    ['file', true],
    ['composed', false],
  ])
  expect((await remove('carts')).status).toBe(204)
  expect(await ids()).toContain('carts')
})

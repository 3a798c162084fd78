import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyDelta, diffView } from '../../lib/delta.ts'
import type {
  BrowserToServer,
  DeltaFrame,
  Health,
  Resume,
  ServerToBrowser,
  SnapshotFrame,
  ViewState,
} from '../../lib/frames.ts'
import { type View, viewKey } from '../../lib/view.ts'
import { liveState, startTestServer, type TestServer } from '../http/test-server.ts'
import { MAX_PREVIEWS, MAX_RANGES, MAX_UNSERVED, MAX_VIEWS } from './hub.ts'

const SHARDS: View = { kind: 'shards' }
const LINGER_MS = 300

let server: TestServer
let sockets: Socket[]
beforeEach(async () => {
  server = await startTestServer({ lingerMs: LINGER_MS })
  sockets = []
})
afterEach(async () => {
  for (const socket of sockets) socket.disconnect()
  await server.close()
})

/** What a page does: it keeps a state, and asks again when a frame is missing. */
interface Browser {
  socket: Socket<ServerToBrowser, BrowserToServer>
  state: ViewState | undefined
  at: Resume | undefined
  frames: (SnapshotFrame | DeltaFrame)[]
  problems: string[]
}

async function open(options: { transports?: string[]; headers?: Record<string, string> } = {}) {
  const { transports = ['websocket'], headers = {} } = options
  const socket: Browser['socket'] = io(`${server.url}/live`, {
    transports,
    extraHeaders: headers,
    reconnection: false,
    forceNew: true,
  })
  sockets.push(socket)
  const browser: Browser = { socket, state: undefined, at: undefined, frames: [], problems: [] }
  socket.on('snapshot', (frame) => {
    browser.frames.push(frame)
    browser.state = frame.state
    browser.at = { instance: frame.instance, seq: frame.seq }
  })
  socket.on('delta', (frame) => {
    browser.frames.push(frame)
    if (browser.state === undefined || frame.seq !== (browser.at?.seq ?? 0) + 1) return
    browser.state = applyDelta(browser.state, frame.delta)
    browser.at = { instance: frame.instance, seq: frame.seq }
  })
  socket.on('problem', (message) => void browser.problems.push(message))
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve)
    socket.on('connect_error', reject)
  })
  return browser
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 500) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The pipeline of a test: it computes one view, and says what changed. */
function source(view: View) {
  const key = viewKey(view)
  let state: ViewState | undefined
  return {
    key,
    state: () => state,
    async show(after: ViewState) {
      await until(() => server.pipeline.watched.has(key), `watching ${key}`)
      const before = state
      state = after
      if (before === undefined) server.pipeline.emit({ kind: 'state', key, now: 1, state: after })
      else server.pipeline.emit({ kind: 'delta', key, now: 1, delta: diffView(before, after) })
    },
  }
}

const rate = (eventsPerSecond: number): ViewState => liveState({ eventsPerSecond })

/** A state of about `kib` KiB that has nothing in common with the next one. */
const bulky = (step: number, kib: number): ViewState => ({
  ...rate(step),
  series: {
    main: Array.from(
      { length: (kib * 1_024) / 16 },
      (_, at) => [at, step * 1_000_000 + at] as const,
    ),
  },
})

const metric = async (name: string): Promise<number> => {
  const text = await server.metrics.text()
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1])
}

describe('watching', () => {
  it.each(['websocket', 'polling'])(
    'snapshot and deltas make the state (%s)',
    async (transport) => {
      const shards = source(SHARDS)
      const [a, b] = await Promise.all([
        open({ transports: [transport] }),
        open({ transports: [transport] }),
      ])
      a.socket.emit('watch', SHARDS)
      await shards.show(rate(1))
      await until(() => a.state !== undefined, 'the first snapshot')
      for (let step = 2; step < 6; step++) await shards.show(rate(step))
      b.socket.emit('watch', SHARDS)
      await until(() => b.state !== undefined, 'the second snapshot')
      await shards.show(rate(6))
      for (const one of [a, b]) {
        await until(() => one.state?.cells.status.eventsPerSecond === 6, 'the latest state')
        expect(one.state).toEqual(rate(6))
      }
      expect(a.at).toEqual(b.at)
      expect(server.pipeline.watched.size).toBe(1)
    },
  )

  it('a new view replaces the last', async () => {
    const alerts = source({ kind: 'alerts' })
    const browser = await open()
    browser.socket.emit('watch', SHARDS)
    await source(SHARDS).show(rate(1))
    await until(() => browser.frames.length === 1, 'the first view')
    browser.socket.emit('watch', { kind: 'alerts' })
    await alerts.show(rate(2))
    await until(() => browser.frames.length === 2, 'the second view')
    expect(browser.frames.map(({ view }) => view)).toEqual(['shards', 'alerts'])
    await until(() => !server.pipeline.watched.has('shards'), 'the first view to be let go')
    expect(server.pipeline.watched.has('alerts')).toBe(true)
  })

  it('a view that nobody watches stops at once, and what it showed is there for a while', async () => {
    const shards = source(SHARDS)
    const browser = await open()
    browser.socket.emit('watch', SHARDS)
    await shards.show(rate(1))
    await until(() => browser.state !== undefined, 'the snapshot')
    browser.socket.emit('watch', { kind: 'alerts' })
    await until(() => server.pipeline.watched.has('alerts'), 'the other view')
    expect(server.pipeline.watched.has('shards')).toBe(false)
    browser.socket.emit('watch', SHARDS, browser.at as Resume)
    await until(() => server.pipeline.watched.has('shards'), 'the view again')
    server.pipeline.emit({ kind: 'state', key: 'shards', now: 2, state: rate(7) })
    await until(() => browser.state?.cells.status.eventsPerSecond === 7, 'the newest state')
    expect(browser.frames.map((frame) => 'delta' in frame)).toEqual([false, true])
  })

  it.each([
    [{ kind: 'secrets' }],
    [{ kind: 'overview', window: '7m', kpi: 'ctr' }],
    [{ kind: 'overview', range: { from: 5_000, to: 5_500 }, kpi: 'ctr' }],
    [{ kind: 'overview', window: '5m', range: { from: 0, to: 5_000 }, kpi: 'ctr' }],
    [{ kind: 'spend' }],
    [{ kind: 'shards', extra: 1 }],
    ['shards'],
    [null],
    [undefined],
  ])('%j is no view', async (view) => {
    const browser = await open()
    ;(browser.socket as Socket).emit('watch', view)
    await until(() => browser.problems.length === 1, 'the problem')
    expect(server.pipeline.watched.size).toBe(0)
    expect(browser.socket.connected).toBe(true)
  })

  it('views are bounded, and one nobody watches makes room', async () => {
    const views = Array.from({ length: MAX_VIEWS }, (_, index): View => {
      const filter = { dimension: 'page' as const, key: String(index) }
      return { kind: 'spend', window: '1h', filter }
    })
    const browsers = await Promise.all(views.map(() => open()))
    for (const [index, view] of views.entries()) browsers[index]?.socket.emit('watch', view)
    await until(() => server.pipeline.watched.size === MAX_VIEWS, 'all views')
    const late = await open()
    late.socket.emit('watch', SHARDS)
    await until(() => late.problems.length === 1, 'the problem')
    expect(late.problems[0]).toContain(`${MAX_VIEWS} views`)
    browsers[0]?.socket.disconnect()
    await until(() => browsers[0]?.socket.connected === false, 'the end of one')
    late.socket.emit('watch', SHARDS)
    await until(() => server.pipeline.watched.has('shards'), 'room for another view')
    expect(server.pipeline.watched.size).toBe(MAX_VIEWS)
  })

  it.each([
    {
      what: 'previews',
      most: MAX_PREVIEWS,
      at: (index: number): View => ({ kind: 'preview', window: '1m', types: [`t${index}`] }),
    },
    {
      what: 'ranges of the past',
      most: MAX_RANGES,
      at: (index: number): View => ({ kind: 'spend', range: { from: index * 1_000, to: 1e9 } }),
    },
  ])(
    '$what are bounded further, and other views have room beside them',
    async ({ what, most, at }) => {
      const browsers = await Promise.all(Array.from({ length: most }, () => open()))
      for (const [index, browser] of browsers.entries()) browser.socket.emit('watch', at(index))
      await until(() => server.pipeline.watched.size === most, 'all of them')
      const late = await open()
      late.socket.emit('watch', at(99))
      await until(() => late.problems.length === 1, 'the problem')
      expect(late.problems[0]).toContain(`${most} ${what}`)
      late.socket.emit('watch', SHARDS)
      await until(() => server.pipeline.watched.has('shards'), 'another view')
      browsers[0]?.socket.emit('watch', at(98))
      await until(() => server.pipeline.watched.has(viewKey(at(98))), 'one for another')
      expect(server.pipeline.watched.has(viewKey(at(0)))).toBe(false)
    },
  )

  it('a client that asks without end is served its newest wish now and then', async () => {
    const browser = await open()
    browser.socket.emit('watch', SHARDS)
    await source(SHARDS).show(rate(1))
    for (let turn = 0; turn < 500; turn++) browser.socket.emit('watch', SHARDS)
    browser.socket.emit('watch', { kind: 'alerts' })
    await until(() => server.pipeline.watched.has('alerts'), 'the newest wish')
    expect(browser.frames.length).toBeLessThan(20)
  })

  it('a wish is paced before anybody looks at what it says', async () => {
    const browser = await open()
    for (let turn = 0; turn < 500; turn++) (browser.socket as Socket).emit('watch', { kind: 'no' })
    browser.socket.emit('watch', { kind: 'alerts' })
    await until(() => server.pipeline.watched.has('alerts'), 'the newest wish')
    expect(browser.problems.length).toBeGreaterThan(0)
    expect(browser.problems.length).toBeLessThan(20)
  })

  it('a storm of wishes ends the connection, and others do not notice', async () => {
    const [stormy, calm] = await Promise.all([open(), open()])
    calm.socket.emit('watch', SHARDS)
    await source(SHARDS).show(rate(1))
    for (let turn = 0; turn < 3 * MAX_UNSERVED; turn++) {
      const filter = { dimension: 'page' as const, key: String(turn) }
      stormy.socket.emit('watch', { kind: 'spend', window: '30d', filter })
    }
    await until(() => !stormy.socket.connected, 'the end of the connection')
    await until(() => server.pipeline.watched.size === 1, 'its view to be let go')
    expect(calm.socket.connected).toBe(true)
    expect(server.pipeline.watches).toBeLessThan(30)
  })
})

describe('resuming', () => {
  it('gives what was missed, and the state is as if never away', async () => {
    const shards = source(SHARDS)
    const browser = await open()
    browser.socket.emit('watch', SHARDS)
    const other = await open()
    other.socket.emit('watch', SHARDS)
    await shards.show(rate(1))
    await until(() => browser.state !== undefined, 'the snapshot')
    const { at, state } = browser
    browser.socket.disconnect()
    for (let step = 2; step < 5; step++) await shards.show(rate(step))
    const again = await open()
    Object.assign(again, { at, state })
    again.socket.emit('watch', SHARDS, at as Resume)
    await until(() => again.at?.seq === 4, 'what was missed')
    expect(again.frames.every((frame) => 'delta' in frame)).toBe(true)
    expect(again.state).toEqual(rate(4))
  })

  it('from another life of the view gives a snapshot', async () => {
    let views = 1
    const gone = () => {
      void metric('kinesight_live_views').then((now) => {
        views = now
      })
      return views === 0
    }
    const first = await open()
    first.socket.emit('watch', SHARDS)
    await source(SHARDS).show(rate(1))
    await until(() => first.state !== undefined, 'the snapshot')
    const { at } = first
    first.socket.disconnect()
    await until(gone, 'what it showed to be forgotten')
    const again = await open()
    again.socket.emit('watch', SHARDS, at as Resume)
    await source(SHARDS).show(rate(9))
    await until(() => again.frames.length > 0, 'a frame')
    expect(again.frames[0]).toMatchObject({ state: rate(9) })
    expect(again.at?.seq).toBeGreaterThan(at?.seq ?? 0)
  })

  it('goes on when the pipeline was started anew', async () => {
    const browser = await open()
    browser.socket.emit('watch', SHARDS)
    await source(SHARDS).show(rate(1))
    await until(() => browser.state !== undefined, 'the snapshot')
    await source(SHARDS).show(rate(2))
    await until(() => browser.state?.cells.status.eventsPerSecond === 2, 'the new state')
    expect(browser.frames.map((frame) => 'delta' in frame)).toEqual([false, true])
  })
})

describe('a silent pipeline', () => {
  const SILENT = { kind: 'trouble', since: 1, problem: 'p', remedy: 'r' } as const

  it('is on a page that never had a frame, too, and so is why it is silent once that is known', async () => {
    const browser = await open()
    browser.socket.emit('watch', SHARDS)
    await until(() => server.pipeline.watched.size > 0, 'the watch')
    const blank = (source: Health) => liveState({ source })
    server.hub.silence(SILENT, blank)
    await until(() => browser.state?.cells.status.source.kind === 'trouble', 'the trouble')
    const dying = { ...SILENT, problem: 'it dies again and again' }
    server.hub.silence(dying, blank)
    const shown = () => browser.state?.cells.status.source
    await until(() => JSON.stringify(shown()) === JSON.stringify(dying), 'its cause')
    await source(SHARDS).show(rate(1))
    await until(() => shown()?.kind === 'ok', 'its end')
  })

  it('is on every page, until it answers', async () => {
    const browser = await open()
    browser.socket.emit('watch', SHARDS)
    await source(SHARDS).show(rate(1))
    await until(() => browser.state !== undefined, 'the snapshot')
    server.hub.silence(SILENT, (source) => liveState({ source }))
    await until(() => browser.state?.cells.status.source.kind === 'trouble', 'the trouble')
    server.hub.hear()
    await until(() => browser.state?.cells.status.source.kind === 'ok', 'its end')
  })
})

describe('a slow client', () => {
  it('gets the latest state instead of a queue', async () => {
    const shards = source(SHARDS)
    const [slow, quick] = await Promise.all([open(), open()])
    slow.socket.emit('watch', SHARDS)
    quick.socket.emit('watch', SHARDS)
    await shards.show(bulky(0, 1))
    await until(() => slow.state !== undefined && quick.state !== undefined, 'the snapshots')

    const wire = wireOf(slow.socket)
    wire.pause()
    const frames = 80
    for (let step = 1; step <= frames; step++) {
      await shards.show(bulky(step, 256))
      await until(() => quick.at?.seq === step + 1, `frame ${step} at the quick one`)
    }
    expect(await metric('kinesight_live_frames_skipped_total')).toBeGreaterThan(frames / 2)
    // What waits for the slow one is in the kernel's buffers, and one frame of ours.
    expect(slow.frames.length).toBe(1)

    wire.resume()
    await until(() => slow.state?.cells.status.eventsPerSecond === frames, 'the latest state')
    expect(slow.state).toEqual(quick.state)
    expect(slow.frames.length).toBeLessThan(frames / 2)
    expect(slow.frames.at(-1)).toHaveProperty('state')

    await shards.show(bulky(frames + 1, 1))
    await until(() => slow.at?.seq === quick.at?.seq && slow.at?.seq === frames + 2, 'both in step')
    expect(slow.state).toEqual(quick.state)
  }, 60_000)
})

describe('who may connect', () => {
  it.each(['websocket', 'polling'])('a page of another origin may not (%s)', async (transport) => {
    const headers = { origin: 'http://evil.example' }
    await expect(open({ transports: [transport], headers })).rejects.toThrow()
    expect(await metric('kinesight_live_sockets')).toBe(0)
  })

  it('our own pages may', async () => {
    const headers = { origin: server.url }
    expect((await open({ headers })).socket.connected).toBe(true)
  })

  it.each(['', 'other'])('the namespace "%s" is not there', async (name) => {
    const socket = io(`${server.url}/${name}`, { transports: ['websocket'], reconnection: false })
    sockets.push(socket)
    const refused = await new Promise<Error>((resolve) => socket.on('connect_error', resolve))
    expect(refused.message).toMatch(name === '' ? /\/live/ : /Invalid namespace/)
  })

  it('a message over 16 KiB ends the connection', async () => {
    const browser = await open()
    ;(browser.socket as Socket).emit('watch', { kind: 'x'.repeat(20_000) })
    await until(() => !browser.socket.connected, 'the end of the connection')
  })
})

/** The TCP socket below: pausing it is what a slow network does. */
function wireOf(socket: Socket): { pause(): void; resume(): void } {
  const { transport } = socket.io.engine as unknown as {
    transport: { ws: { _socket: { pause(): void; resume(): void } } }
  }
  return transport.ws._socket
}

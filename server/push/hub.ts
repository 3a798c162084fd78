import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server, type Socket } from 'socket.io'
import { z } from 'zod'
import { crossedProblem } from '../../lib/crossed.ts'
import type {
  BrowserToServer,
  Health,
  Resume,
  ServerToBrowser,
  ViewState,
} from '../../lib/frames.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { filterList, type View, viewKey, viewSchema } from '../../lib/view.ts'
import type { PipelinePort } from '../pipeline-port.ts'
import type { Clock } from '../platform/clock.ts'
import type { HubMetrics } from './hub-metrics.ts'
import { createLiveView, type LiveView, type Outlet } from './live-view.ts'
import { fullPace, type Pace, takeToken } from './watch-pace.ts'

/** Longest message taken from a browser. */
const MAX_MESSAGE_BYTES = 16 * 1_024
/** How many different views are computed at once. */
export const MAX_VIEWS = 64
const MAX_SOCKETS = 1_000
/** What a view that nobody watches any more showed is kept so long, so that a reload goes on where it was. */
const LINGER_MS = 10_000
/** Each folds every event once more. */
export const MAX_PREVIEWS = 8
/** Windows that slide are shared, fixed ranges are as many as people ask for; each keeps its own keys. */
export const MAX_RANGES = 12
/** How often those who fell behind, or asked too often, are looked at. */
const SWEEP_MS = 250
/** Of those who asked too often so many are served in one task. */
const SERVED_A_SWEEP = 100
/** Whoever asks for so much more between two wishes that are served is no page of ours. */
export const MAX_UNSERVED = 1_000

/** Longer than any id of a start. */
const MAX_INSTANCE_LENGTH = 64

const resumeSchema: z.ZodType<Resume> = z.strictObject({
  instance: z.string().max(MAX_INSTANCE_LENGTH),
  seq: z.int().nonnegative(),
})

type Browser = Socket<BrowserToServer, ServerToBrowser>
type HubPipeline = Pick<PipelinePort, 'watch' | 'unwatch' | 'onFrame'>

export interface Hub {
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** From now on views are watched on this pipeline. Called once. */
  attach(pipeline: HubPipeline): void
  /** The pipeline does not answer, and answers again. */
  silence(source: Health, blank: (source: Health) => ViewState): void
  hear(): void
  close(): Promise<void>
}

interface Watched {
  key: string
  view: View
  live: LiveView<Browser>
  /** Set while nobody watches it: it is not computed, and goes in a while. */
  linger: NodeJS.Timeout | undefined
}

interface Visitor {
  watched: Watched | undefined
  pace: Pace
  /** The newest wish that came too soon after others; nobody has looked at what it says. */
  waiting: Wish | undefined
  /** Wishes since one was served. */
  unserved: number
}

/** What comes over the wire is anything, whatever the types promise. */
interface Wish {
  view: unknown
  resume: unknown
}

/**
 * Pushes views to browsers over Socket.IO, namespace `/live`. It listens on nothing: requests that
 * have passed the safety checks are handed in.
 */
export function createHub(options: {
  /** Changes at each start. */
  instance: string
  catalog: Catalog
  clock: Clock
  metrics: HubMetrics
  lingerMs?: number
}): Hub {
  const { instance, catalog, clock, metrics, lingerMs = LINGER_MS } = options
  const inner = createServer()
  const io = new Server<BrowserToServer, ServerToBrowser>(inner, {
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: 10_000,
  })
  const space = io.of('/live')
  const views = new Map<string, Watched>()
  const visitors = new Map<Browser, Visitor>()
  /** Those whose newest wish waits, in the order in which they are served. */
  const tooSoon = new Set<Browser>()
  let pipeline: HubPipeline | undefined
  let highestSeq = 0

  io.use((_socket, next) => next(new Error('Connect to the namespace /live')))
  space.use((_socket, next) => {
    next(visitors.size < MAX_SOCKETS ? undefined : new Error('Too many pages are open'))
  })
  space.on('connection', (socket) => {
    visitors.set(socket, {
      watched: undefined,
      pace: fullPace(clock.monotonicMs()),
      waiting: undefined,
      unserved: 0,
    })
    metrics.sockets(visitors.size)
    socket.on('watch', (view: unknown, resume: unknown) => ask(socket, view, resume))
    socket.on('disconnect', () => {
      leave(socket)
      visitors.delete(socket)
      tooSoon.delete(socket)
      metrics.sockets(visitors.size)
    })
  })

  const sweep = setInterval(() => {
    for (const { live } of views.values()) live.bringUp()
    for (const socket of [...tooSoon].slice(0, SERVED_A_SWEEP)) {
      const visitor = visitors.get(socket)
      // Whoever goes on waiting does so behind the others.
      tooSoon.delete(socket)
      if (visitor?.waiting !== undefined) serve(socket, visitor, visitor.waiting)
    }
  }, SWEEP_MS)

  function ask(socket: Browser, view: unknown, resume: unknown): void {
    const visitor = visitors.get(socket)
    if (visitor === undefined) return
    if (++visitor.unserved > MAX_UNSERVED) socket.disconnect(true)
    else serve(socket, visitor, { view, resume })
  }

  /** Now, or when there is a token: only then is it worth the time to look at what is wished. */
  function serve(socket: Browser, visitor: Visitor, wish: Wish): void {
    const pace = takeToken(visitor.pace, clock.monotonicMs())
    visitor.waiting = pace === undefined ? wish : undefined
    if (pace === undefined) {
      tooSoon.add(socket)
      return
    }
    visitor.pace = pace
    visitor.unserved = 0
    const view = viewSchema.safeParse(wish.view)
    const resume = resumeSchema.optional().safeParse(wish.resume ?? undefined)
    if (!view.success || !resume.success || !isKnown(view.data)) {
      socket.volatile.emit(
        'problem',
        'This page asked for something that is not there, such as a KPI that was deleted meanwhile: reload it',
      )
      return
    }
    show(socket, visitor, { view: view.data, resume: resume.data })
  }

  /** Before the pipeline is there, the composed KPIs may not be known yet. */
  const isKnown = (view: View): boolean =>
    view.kind !== 'overview' ||
    pipeline === undefined ||
    (catalog.kpi(view.kpi) !== undefined &&
      crossedProblem(
        catalog,
        filterList(view.filter).map(({ dimension }) => dimension),
      ) === undefined)

  function show(
    socket: Browser,
    visitor: Visitor,
    { view, resume }: { view: View; resume: Resume | undefined },
  ): void {
    const key = viewKey(view)
    if (visitor.watched?.key !== key) leave(socket)
    const watched = views.get(key) ?? open(key, view)
    if (watched === undefined) {
      const message = `${limitWords(view)} are being watched, and no more fit: close another page, then reload this one`
      socket.volatile.emit('problem', message)
      return
    }
    wake(watched)
    visitor.watched = watched
    watched.live.add(socket, resume)
  }

  function open(key: string, view: View): Watched | undefined {
    if (!makeRoom([...views.values()], MAX_VIEWS)) return undefined
    for (const { isOf, limit } of LIMITS) {
      const alike = [...views.values()].filter((one) => isOf(one.view))
      if (isOf(view) && !makeRoom(alike, limit)) return undefined
    }
    const live = createLiveView(instance, () => highestSeq + 1, outlet(key))
    const watched: Watched = { key, view, live, linger: undefined }
    views.set(key, watched)
    metrics.views(views.size)
    pipeline?.watch(key, view)
    return watched
  }

  /** Somebody watches it again: it goes on from what was kept. */
  function wake(watched: Watched): void {
    if (watched.linger === undefined) return
    clearTimeout(watched.linger)
    watched.linger = undefined
    pipeline?.watch(watched.key, watched.view)
  }

  /** Whether there is room for one more of these; one that nobody watches goes for it. */
  function makeRoom(all: readonly Watched[], limit: number): boolean {
    if (all.length < limit) return true
    const idle = all.find(({ live }) => live.size() === 0)
    if (idle !== undefined) shut(idle)
    return idle !== undefined
  }

  function leave(socket: Browser): void {
    const visitor = visitors.get(socket)
    const watched = visitor?.watched
    if (visitor === undefined || watched === undefined) return
    visitor.watched = undefined
    watched.live.remove(socket)
    if (watched.live.size() > 0) return
    // At once: whoever does not look does not take others' time.
    pipeline?.unwatch(watched.key)
    watched.linger = setTimeout(() => shut(watched), lingerMs)
  }

  function shut(watched: Watched): void {
    clearTimeout(watched.linger)
    views.delete(watched.key)
    metrics.views(views.size)
  }

  const outlet = (view: string): Outlet<Browser> => ({
    backlog: backlogOf,
    join: (socket, slice) => void socket.join(roomOf(view, slice)),
    leave: (socket, slice) => void socket.leave(roomOf(view, slice)),
    deltaToSlice(slice, push) {
      space.to(roomOf(view, slice)).volatile.emit('delta', { view, instance, ...push })
    },
    deltaTo: (socket, push) => void socket.emit('delta', { view, instance, ...push }),
    snapshotTo(sockets, frame) {
      space.to(sockets.map(({ id }) => id)).emit('snapshot', { view, instance, ...frame })
    },
    sent: metrics.sent,
    skipped: metrics.skipped,
    later: (task) => void setImmediate(task),
  })

  return {
    request: (request, response) => void inner.emit('request', request, response),
    upgrade: (request, socket, head) => void inner.emit('upgrade', request, socket, head),
    attach(attached) {
      pipeline = attached
      attached.onFrame((frame) => {
        const live = views.get(frame.key)?.live
        live?.take(frame)
        highestSeq = Math.max(highestSeq, live?.seq() ?? 0)
      })
      for (const { key, view, linger } of views.values()) {
        if (linger === undefined) attached.watch(key, view)
      }
    },
    silence(source, blank) {
      for (const { live } of views.values()) live.silence(clock.now(), source, blank)
    },
    hear() {
      for (const { live } of views.values()) live.hear(clock.now())
    },
    async close() {
      clearInterval(sweep)
      await io.close()
      for (const { linger } of views.values()) clearTimeout(linger)
    },
  }
}

const roomOf = (view: string, slice: number): string => `${slice} ${view}`

/** Of views that cost more than others only so many are computed at once. */
const LIMITS = [
  { isOf: (view: View) => view.kind === 'preview', limit: MAX_PREVIEWS, words: 'previews' },
  { isOf: (view: View) => 'range' in view, limit: MAX_RANGES, words: 'ranges of the past' },
]

function limitWords(view: View): string {
  const { limit, words } = LIMITS.find(({ isOf }) => isOf(view)) ?? {
    limit: MAX_VIEWS,
    words: 'views',
  }
  return `${limit} ${words}`
}

/** `writeBuffer` is Engine.IO's own; there is no public word for how much waits. */
function backlogOf(socket: Browser): { writable: boolean; queued: number } {
  const { transport, writeBuffer } = socket.conn as unknown as {
    transport: { writable: boolean }
    writeBuffer: readonly unknown[]
  }
  return { writable: transport.writable, queued: writeBuffer.length }
}

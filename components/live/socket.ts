import { io, type Socket } from 'socket.io-client'
import type { BrowserToServer, ServerToBrowser } from '../../lib/frames.ts'
import { followCatalog } from './catalog.ts'
import { browserNow } from './clock.ts'
import { type Frame, resumeOf } from './live-state.ts'
import { liveStore, setConnection, setProblem, takeFrame } from './live-store.ts'

/** A view that has not answered for so long is asked for from the beginning. */
const ANSWER_WITHIN_MS = 4_000
/**
 * For the first word of the server, by the transport that is tried first: behind a proxy that swallows websockets each
 * page waits for so long once. Each further try has twice the time: a server may be slow to answer either.
 */
const CONNECT_WITHIN_MS = 5_000
const LONGEST_CONNECT_MS = 20_000
/** Where the server turned us away, which Socket.IO takes as final, we ask again after this. */
const TURNED_AWAY_MS = 2_000

let socket: Socket<ServerToBrowser, BrowserToServer> | null = null
/** Which is tried first. What is refused falls to the next one by itself; what is not answered turns the order. */
let transports: ('websocket' | 'polling')[] = ['websocket', 'polling']
let connectWithinMs = CONNECT_WITHIN_MS
let overdue: ReturnType<typeof setTimeout> | null = null

/** Connects, once for the life of the page. Socket.IO reconnects by itself, forever. */
export function startSocket(): void {
  if (socket !== null) return
  followCatalog()
  const opened: Socket<ServerToBrowser, BrowserToServer> = io('/live', {
    transports,
    tryAllTransports: true,
    timeout: connectWithinMs,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  })
  socket = opened
  opened.on('connect', () => {
    setConnection('live')
    connectWithinMs = CONNECT_WITHIN_MS
    opened.io.timeout(connectWithinMs)
    sendWatch()
  })
  opened.on('disconnect', () => {
    setConnection('lost')
    if (!opened.active) setTimeout(reconnectNow, TURNED_AWAY_MS)
  })
  opened.on('connect_error', (error) => {
    setConnection('lost')
    if (error.message === TIMED_OUT) turnTransports(opened)
    if (!opened.active) setTimeout(reconnectNow, TURNED_AWAY_MS)
  })
  opened.on('snapshot', (frame) => take({ kind: 'snapshot', ...frame }))
  opened.on('delta', (frame) => take({ kind: 'delta', ...frame }))
  opened.on('problem', setProblem)
  window.addEventListener('online', reconnectNow)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') reconnectNow()
  })
}

/** As Socket.IO says that the connection was not made in time. */
const TIMED_OUT = 'timeout'

/** A proxy may swallow one of them, and there is no answer to fail by. The next try reads the order. */
function turnTransports(opened: Socket<ServerToBrowser, BrowserToServer>): void {
  transports = transports.toReversed()
  opened.io.opts.transports = transports
  connectWithinMs = Math.min(2 * connectWithinMs, LONGEST_CONNECT_MS)
  opened.io.timeout(connectWithinMs)
}

/** Asks for the watched view, from where it stands. Before the connection stands, connecting does it. */
export function sendWatch(): void {
  const { live } = liveStore.getState()
  if (socket === null || !socket.connected || live.view === null) return
  const resume = resumeOf(live)
  if (resume === undefined) socket.emit('watch', live.view)
  else socket.emit('watch', live.view, resume)
  if (overdue !== null) clearTimeout(overdue)
  overdue = setTimeout(askAfresh, ANSWER_WITHIN_MS)
}

function take(frame: Frame): void {
  const answer = takeFrame(frame, browserNow())
  const { live } = liveStore.getState()
  if (live.position !== null && !live.asking && overdue !== null) {
    clearTimeout(overdue)
    overdue = null
  }
  if (answer === 'watch') sendWatch()
}

function askAfresh(): void {
  overdue = null
  const { live } = liveStore.getState()
  if (live.position !== null && !live.asking) return
  liveStore.setState({ live: { ...live, position: null, asking: false } })
  sendWatch()
}

/** Does not wait out a back-off when there is reason to think that it works now. */
function reconnectNow(): void {
  if (socket !== null && !socket.connected) {
    socket.disconnect()
    socket.connect()
  }
}

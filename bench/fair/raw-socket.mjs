import { connect } from 'node:net'

const HANDSHAKE_MS = 10_000
/** Engine.IO's pings come every 25 s; whoever says "pong" of its own accord stays as well. */
const PONG_EVERY_MS = 10_000
const OPCODE_TEXT = 0x81
const MASKED = 0x80
const TWO_BYTES = 126
const MAX_MESSAGE = 2 ** 16 - 1

/**
 * A page that looks at nothing: a WebSocket to `/live` that can watch, and throws away what comes. A thousand of them cost
 * the machine they run on little, so that what is measured is the product.
 */
export async function openRaw(url) {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.setNoDelay(true)
  await handshake(socket, host)
  const send = (text) => {
    if (socket.destroyed) return false
    return socket.write(framed(text))
  }
  send('40/live,')
  socket.resume()
  const pong = setInterval(() => send('3'), PONG_EVERY_MS)
  socket.on('close', () => clearInterval(pong))
  return {
    /** False: the way is full, or closed. */
    watch: (view) => send(`42/live,${JSON.stringify(['watch', view])}`),
    isOpen: () => !socket.destroyed,
    received: () => socket.bytesRead,
    close: () => socket.destroy(),
  }
}

function handshake(socket, host) {
  return new Promise((resolve, reject) => {
    const fail = (why) => {
      socket.destroy()
      reject(new Error(`no WebSocket to /live: ${why}`))
    }
    const timeout = setTimeout(() => fail('no answer'), HANDSHAKE_MS)
    socket.once('close', () => fail('closed'))
    socket.once('data', (bytes) => {
      clearTimeout(timeout)
      socket.removeAllListeners('close')
      const [line] = bytes.toString('latin1').split('\r\n')
      if (line.includes(' 101 ')) resolve()
      else fail(line)
    })
    socket.write(
      [
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: a2luZXNpZ2h0LWJlbmNoIQ==',
        '\r\n',
      ].join('\r\n'),
    )
  })
}

/** RFC 6455, one frame, masked with zeros as the mask leaves the bytes as they are. */
function framed(text) {
  const body = Buffer.from(text)
  if (body.length > MAX_MESSAGE) throw new Error('the message is too long')
  const head =
    body.length < TWO_BYTES
      ? [OPCODE_TEXT, MASKED | body.length]
      : [OPCODE_TEXT, MASKED | TWO_BYTES, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body])
}

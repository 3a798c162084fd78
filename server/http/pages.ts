import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import next from 'next'
import { messageOf, SetupError } from '../platform/errors.ts'

/** Next's pages behind our own server. */
export interface Pages {
  /** Requests that come before wait for it. Throws `SetupError` where the pages were never built. */
  prepare(): Promise<void>
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Hot reloading, in development only. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): Promise<void>
}

export function createPages(options: {
  /** The project's folder, with `app/` and `.next/`. */
  dir: string
  dev: boolean
  host: string
  port: number
}): Pages {
  const { dir, dev, host, port } = options
  // Next takes upgrades from the server it is given by itself; here they pass the safety checks first.
  const upgrades = createServer()
  const app = next({ dir, dev, hostname: host, port, httpServer: upgrades, quiet: true })
  let ready: Promise<void> | undefined

  const prepared = (): Promise<void> => {
    ready ??= app.prepare().catch((error: unknown) => {
      throw new SetupError(
        `The pages cannot be served (${messageOf(error)}): start with npm start, which builds them`,
        { cause: error },
      )
    })
    return ready
  }
  return {
    prepare: prepared,
    async handle(request, response) {
      await prepared()
      await app.getRequestHandler()(request, response)
    },
    upgrade(request, socket, head) {
      if (dev && upgrades.listenerCount('upgrade') > 0) {
        upgrades.emit('upgrade', request, socket, head)
      } else socket.destroy()
    },
    close: async () => {
      if (ready !== undefined) await app.close()
    },
  }
}

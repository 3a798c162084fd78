import { type Logger, pino } from 'pino'

export type Log = Logger

/** Structured JSON lines on stderr; stdout belongs to what a person reads at start. */
export function createLog(options: { level: string; name: string }): Log {
  return pino(
    {
      level: options.level,
      base: { part: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ fd: 2, sync: true }),
  )
}

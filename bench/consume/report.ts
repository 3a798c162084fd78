/** The first part of a run warms up and is not counted. */
const WARM_UP = 0.3

/** Measures from when the first part has been read until the end; tells the parent. */
export function report(total: number): { at(read: number): void; done(sound: boolean): void } {
  let start: { read: number; ms: number; cpu: NodeJS.CpuUsage } | undefined
  let last = 0
  return {
    at(read) {
      last = read
      if (start === undefined && read >= total * WARM_UP) {
        start = { read, ms: performance.now(), cpu: process.cpuUsage() }
      }
    },
    done(sound) {
      if (start === undefined) throw new Error('nothing was read')
      const cpu = process.cpuUsage(start.cpu)
      process.send?.({
        sound,
        records: last - start.read,
        wallMs: performance.now() - start.ms,
        cpuMs: (cpu.user + cpu.system) / 1_000,
        rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      })
      process.disconnect?.()
      process.exit(0)
    },
  }
}

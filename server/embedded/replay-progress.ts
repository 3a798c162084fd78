import type { ReplayProgress } from './replay-run.ts'

const BAR_CELLS = 24
const TERMINAL_EVERY_MS = 100
const PLAIN_EVERY_MS = 3_000

export interface ProgressDisplay {
  show(progress: ReplayProgress): void
  end(): void
}

/** On a terminal a bar that is redrawn; elsewhere a line every few seconds. */
export function createDisplay(options: {
  fileBytes: number
  terminal: boolean
  write: (text: string) => void
  monotonicMs: () => number
}): ProgressDisplay {
  const { terminal, write, monotonicMs } = options
  const startedMs = monotonicMs()
  const everyMs = terminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS
  let shownMs = terminal ? Number.NEGATIVE_INFINITY : startedMs
  let last: ReplayProgress | undefined

  function draw(progress: ReplayProgress): void {
    const text = progressText(progress, options.fileBytes, monotonicMs() - startedMs, terminal)
    write(terminal ? `\r\u001b[K${text}` : `${text}\n`)
  }

  return {
    show(progress) {
      last = progress
      if (monotonicMs() - shownMs < everyMs) return
      shownMs = monotonicMs()
      draw(progress)
    },
    end() {
      if (!terminal || last === undefined) return
      draw(last)
      write('\n')
    },
  }
}

export function progressText(
  progress: ReplayProgress,
  fileBytes: number,
  elapsedMs: number,
  bar: boolean,
): string {
  const share = fileBytes === 0 ? 1 : Math.min(1, progress.bytes / fileBytes)
  const perSecond = elapsedMs > 0 ? progress.records / (elapsedMs / 1_000) : 0
  const filled = Math.round(share * BAR_CELLS)
  return [
    ...(bar ? [`${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`] : []),
    `${Math.floor(share * 100)} %`,
    `${progress.records.toLocaleString('en')} records`,
    `${Math.round(perSecond).toLocaleString('en')}/s`,
    ...(progress.retried > 0 ? [`${progress.retried.toLocaleString('en')} sent again`] : []),
    ...(share > 0 && share < 1 ? [`${durationText((elapsedMs * (1 - share)) / share)} left`] : []),
  ].join('  ')
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
}

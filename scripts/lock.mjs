import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

const POLL_MS = 200
const BEAT_MS = 2_000
/** A live owner touches its lock every BEAT_MS; another process may have got a dead owner's pid. */
const SILENT_MS = 60_000
const BREAKING_MS = 10_000

/**
 * Runs `work` while no other process holds the lock folder `dir`. Calls `onWait` once if it has to wait.
 * A lock whose owner is gone is taken over.
 */
export async function withLock(dir, onWait, work) {
  mkdirSync(path.dirname(dir), { recursive: true })
  let told = false
  while (!take(dir)) {
    if (breakStale(dir)) continue
    if (!told) onWait()
    told = true
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const release = () => rmSync(dir, { recursive: true, force: true })
  const beat = setInterval(() => touch(dir), BEAT_MS)
  process.once('exit', release)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    process.removeListener('exit', release)
    release()
  }
}

/** The folder appears with its owner already in it: renaming onto a folder that is not empty fails. */
function take(dir) {
  const mine = `${dir}.${process.pid}`
  rmSync(mine, { recursive: true, force: true })
  mkdirSync(mine)
  writeFileSync(path.join(mine, 'pid'), String(process.pid))
  try {
    renameSync(mine, dir)
    return true
  } catch (error) {
    rmSync(mine, { recursive: true, force: true })
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM', 'EACCES'].includes(error.code)) throw error
    return false
  }
}

/** Of those who see the same stale lock one removes it; the others look again. */
function breakStale(dir) {
  if (!stale(dir)) return false
  const breaking = `${dir}.breaking`
  try {
    mkdirSync(breaking)
  } catch {
    if (ageMs(breaking) > BREAKING_MS) rmSync(breaking, { recursive: true, force: true })
    return false
  }
  try {
    if (stale(dir)) rmSync(dir, { recursive: true, force: true })
  } finally {
    rmSync(breaking, { recursive: true, force: true })
  }
  return true
}

function stale(dir) {
  let pid
  try {
    pid = Number(readFileSync(path.join(dir, 'pid'), 'utf8'))
  } catch {
    return false // released a moment ago
  }
  return !alive(pid) || ageMs(dir) > SILENT_MS
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function ageMs(dir) {
  try {
    return Date.now() - statSync(dir).mtimeMs
  } catch {
    return 0
  }
}

function touch(dir) {
  try {
    const now = new Date()
    utimesSync(dir, now, now)
  } catch {
    // The folder was removed by hand: nothing to keep alive.
  }
}

import type { Device } from '../combined/device.ts'

/** What the line in hand says; undefined: it has no value for that. */
export interface LogLine {
  visitor: string
  user: string | undefined
  /** Epoch ms. */
  time: number
  method: string
  page: string
  /** The path is that of a page, not of a file that belongs to one. */
  isPage: boolean
  status: number
  /** Of the answer, in bytes; `NO_SIZE`: a dash stands there. */
  size: number
  referrer: string | undefined
  agent: string | undefined
  device: Device | undefined
}

export const NO_SIZE = -1

export const noLine = (): LogLine => ({
  visitor: '',
  user: undefined,
  time: 0,
  method: '',
  page: '',
  isPage: false,
  status: 0,
  size: 0,
  referrer: undefined,
  agent: undefined,
  device: undefined,
})

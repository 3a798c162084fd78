import { messageOf } from '../../platform/errors.ts'

/** What a failure of the network, or of this machine, is in plain words; undefined where it is another one. */
export function transportError(error: unknown, where: string): string | undefined {
  const { name = '', code = causeOf(error) } = error as { name?: string; code?: unknown }
  const words = typeof code === 'string' ? wordsFor(code, where) : undefined
  if (words !== undefined) return words
  if (name === 'TimeoutError') return `${where} does not answer`
  if (name === 'AbortError') return 'the call was ended from here'
  const said = messageOf(error)
  if (/aborted|premature close|socket hang ?up|did not get a response/i.test(said)) {
    return cutOff(where)
  }
  return undefined
}

/** `TypeError: fetch failed` and the like carry the reason inside. */
const causeOf = (error: unknown): unknown =>
  (error as { cause?: { code?: unknown } } | undefined)?.cause?.code

const cutOff = (where: string): string => `${where} ended the connection in mid-answer`

function wordsFor(code: string, where: string): string | undefined {
  if (code.startsWith('ERR_HTTP2')) return cutOff(where)
  if (code.startsWith('HPE_')) return `${where} does not speak HTTP as Kinesis does`
  if (/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS)/.test(code)) {
    return `the certificate of ${where} is not trusted by this machine`
  }
  if (code.startsWith('ERR_SSL')) return `${where} does not speak https`
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${where}`
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return cutOff(where)
    case 'EPROTO':
      return `${where} does not speak https`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no address for ${where}`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return `there is no way through the network to ${where}`
    case 'EMFILE':
    case 'ENFILE':
      return 'this machine lets the process open no more files or connections'
    case 'ETIMEDOUT':
    case 'ESOCKETTIMEDOUT':
      return `${where} does not answer`
    default:
      return undefined
  }
}

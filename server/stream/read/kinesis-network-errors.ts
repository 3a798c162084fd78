import { messageOf } from '../../platform/errors.ts'

/** In plain words, and what to do about it where that is not to look at the network. */
export interface Lost {
  message: string
  remedy?: string
}

/** What a failure of the network, or of this machine, is; undefined where it is another one. */
export function transportError(error: unknown, where: string): Lost | undefined {
  const { name = '', code = causeOf(error) } = error as { name?: string; code?: unknown }
  const words = typeof code === 'string' ? wordsFor(code, where) : undefined
  if (words !== undefined) return words
  if (name === 'TimeoutError') return silent(where)
  if (name === 'AbortError') {
    return { message: 'the call was ended from here', remedy: AGAIN }
  }
  const said = messageOf(error)
  if (/aborted|premature close|socket hang ?up|did not get a response/i.test(said)) {
    return cutOff(where)
  }
  return undefined
}

/** `TypeError: fetch failed` and the like carry the reason inside. */
const causeOf = (error: unknown): unknown =>
  (error as { cause?: { code?: unknown } } | undefined)?.cause?.code

const AGAIN = 'It is tried again by itself.'

const cutOff = (where: string): Lost => ({ message: `${where} ended the connection in mid-answer` })
const silent = (where: string): Lost => ({ message: `${where} does not answer` })
const noHttps = (where: string): Lost => ({
  message: `${where} does not speak https`,
  remedy: `Write the address with http:// in KINESIS_ENDPOINT, if it is meant to. ${AGAIN}`,
})

function wordsFor(code: string, where: string): Lost | undefined {
  if (code.startsWith('ERR_HTTP2')) return cutOff(where)
  if (code.startsWith('HPE_')) {
    return {
      message: `${where} does not speak HTTP as Kinesis does`,
      remedy: `Check that KINESIS_ENDPOINT is the address of a Kinesis, and what answers there. ${AGAIN}`,
    }
  }
  if (/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS)/.test(code)) {
    return {
      message: `the certificate of ${where} is not trusted by this machine`,
      remedy: `Name the file of the authority that signed it in NODE_EXTRA_CA_CERTS and start anew, or renew the certificate if it is over.`,
    }
  }
  if (code.startsWith('ERR_SSL')) return noHttps(where)
  switch (code) {
    case 'ECONNREFUSED':
      return { message: `nothing listens at ${where}` }
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return cutOff(where)
    case 'EPROTO':
      return noHttps(where)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        message: `there is no address for ${where}`,
        remedy: `Check the name in KINESIS_ENDPOINT or AWS_REGION, and this machine's DNS. ${AGAIN}`,
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return { message: `there is no way through the network to ${where}` }
    case 'EMFILE':
    case 'ENFILE':
      return {
        message: 'this machine lets the process open no more files or connections',
        remedy: `Raise the limit of open files (ulimit -n) of the process and start it anew. ${AGAIN}`,
      }
    case 'ETIMEDOUT':
    case 'ESOCKETTIMEDOUT':
      return silent(where)
    default:
      return undefined
  }
}

import { textOf } from '../../model/attempt-failure.ts'
import { type TransportCode, TransportFailure } from '../../model/transport.ts'

/** How far an exchange had come when it broke: the same reset means another thing before the answer than in its body. */
export type Phase = 'connect' | 'head' | 'body'

type Verdict = readonly [code: TransportCode, transient: boolean]

/**
 * The field's error codes, first match wins: those of the system, of OpenSSL, of Node's parser (`HPE_*`), and of undici,
 * which is behind Node's fetch (`UND_ERR_*`). What heals by itself is transient; what an origin or a caller would have to
 * change first is not.
 */
const KNOWN: readonly (readonly [pattern: RegExp, phases: readonly Phase[], verdict: Verdict])[] = [
  [/^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/, ['connect', 'head'], ['DNS', true]],
  // Once a body runs, a TLS error is damage on the way, which heals; before that it is a server's identity, which does not.
  [/^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|ERROR_IN_C|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/, ['connect', 'head'], ['TLS', false]],
  [/^(EPROTO|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/, ['connect', 'head'], ['TLS', false]],
  [/^(HPE|UND_ERR)_HEADERS?_OVERFLOW$/, ['connect', 'head', 'body'], ['PROTOCOL', false]],
  [/^HPE_INVALID_EOF_STATE$/, ['body'], ['TRUNCATED', true]],
  [/^HPE_/, ['connect', 'head', 'body'], ['PROTOCOL', true]],
  [/^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$/, ['head'], ['PROTOCOL', true]],
  [
    /^(ERR_INVALID_|ERR_HTTP_|ERR_UNESCAPED_|UND_ERR_INVALID_ARG$|UND_ERR_NOT_SUPPORTED$|UND_ERR_REQ_)/,
    ['connect', 'head'],
    ['PROTOCOL', false],
  ],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, ['connect', 'head'], ['CONNECT', true]],
  // Node's permission model (Node 26: --allow-net): this program may not, however often it asks.
  [/^ERR_ACCESS_DENIED$/, ['connect', 'head'], ['CONNECT', false]],
  [/^UND_ERR_HEADERS_TIMEOUT$/, ['connect', 'head'], ['TIMEOUT', true]],
  [/^UND_ERR_BODY_TIMEOUT$/, ['body'], ['STALLED', true]],
  [/^(Z_\w+|ZSTD_error_\w+|ERR__ERROR_\w+|ERR_BROTLI_\w+)$/, ['head', 'body'], ['BAD_ENCODING', true]],
]

const SAID: Record<TransportCode, string> = {
  DNS: "the host's name could not be resolved",
  CONNECT: 'no connection, or none that lasted until an answer',
  TLS: 'no trusted TLS connection',
  PROTOCOL: 'not valid HTTP',
  TIMEOUT: 'no answer in time',
  STALLED: 'the body came to a standstill',
  TRUNCATED: 'the body did not arrive as a whole',
  BAD_ENCODING: 'the body could not be decoded',
}

/** Says what an error of the network means. A TransportFailure stays what it is. */
export function failureFrom(error: unknown, phase: Phase): TransportFailure {
  for (const link of causes(error)) if (link instanceof TransportFailure) return link
  const { code, message } = tellingCause(error)
  const known = KNOWN.find(([pattern, phases]) => phases.includes(phase) && pattern.test(code))
  const [verdict, transient]: Verdict = known?.[2] ?? [phase === 'body' ? 'TRUNCATED' : 'CONNECT', true]
  return new TransportFailure(verdict, `${SAID[verdict]}: ${message.trim()}`, { cause: error, transient })
}

/** What was allowed is over, and nothing came of it. */
export function lateness(ms: number, phase: Phase | 'lookup'): TransportFailure {
  if (phase === 'lookup') return new TransportFailure('DNS', `the host's name was not resolved within ${ms} ms`)
  if (phase === 'connect') return new TransportFailure('CONNECT', `no connection within ${ms} ms (timeouts.connect)`)
  return new TransportFailure('TIMEOUT', `no answer within ${ms} ms (timeouts.headers)`)
}

/** undici's parser errors leave out the parser's code. */
const UNNAMED: Readonly<Record<string, string>> = { HTTPParserError: 'HPE_UNNAMED' }

/** fetch wraps what happened in a `TypeError: fetch failed`, sometimes twice: the deepest error with a code tells most. */
function tellingCause(error: unknown): { code: string; message: string } {
  let told = { code: '', message: textOf(error) }
  for (const link of causes(error)) {
    const { name, message, code = UNNAMED[String(name)] } = link as { name?: unknown; message?: unknown; code?: unknown }
    if (typeof code === 'string') told = { code, message: (typeof message === 'string' && message) || code }
  }
  return told
}

const DEEPEST = 8

function causes(error: unknown): object[] {
  const chain: object[] = []
  for (let link = error; typeof link === 'object' && link !== null && chain.length < DEEPEST; ) {
    chain.push(link)
    link = (link as { cause?: unknown }).cause
  }
  return chain
}

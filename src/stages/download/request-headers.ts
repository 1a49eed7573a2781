import type { Call } from '../../model/call.ts'
import type { HeaderList } from '../../model/headers.ts'
import { headFacts } from '../../policy/candidate.ts'
import { proofOf } from '../../policy/known-digests.ts'
import { rangeFrom, resumable } from '../../policy/resume.ts'
import type { Series } from './order.ts'

/** What the next attempt asks for. */
export interface Asked {
  readonly headers: HeaderList
  /** If-None-Match and the like, or Range and If-Range: only for `at`. */
  readonly conditions: HeaderList
  /** The URL that they speak of. */
  readonly at: string
  /** The offset from which a broken body is to go on; undefined: the whole. */
  readonly from: number | undefined
}

/** Fetch standard 4.5 steps 13 to 17: what `init.cache` says to caches on the way, unless the caller said it already. */
function cacheFields({ cache, headers }: Call): HeaderList {
  if (headers.some(([name]) => name === 'cache-control' || name === 'pragma')) return []
  if (cache === 'no-cache') return [['cache-control', 'max-age=0']]
  const around = cache === 'no-store' || cache === 'reload'
  return around
    ? [
        ['pragma', 'no-cache'],
        ['cache-control', 'no-cache'],
      ]
    : []
}

/** Offers the codings that fetch offers; plain bytes where a break is to be resumed, for an offset counts coded bytes. */
function acceptedCodings({ order, identityOnly }: Series, from: number | undefined): HeaderList {
  if (order.call.headers.some(([name]) => name === 'accept-encoding')) return []
  // As fetch does (Fetch standard 4.5): a part of coded bytes cannot be decoded.
  const isPart = from !== undefined || order.call.headers.some(([name]) => name === 'range')
  return [['accept-encoding', isPart || identityOnly || order.call.settings.resume === true ? 'identity' : 'gzip, deflate, br']]
}

export function requestHeaders(series: Series): Asked {
  const { order, partial } = series
  const { call, validators } = order
  const resume =
    partial === undefined || call.settings.resume === false
      ? undefined
      : resumable(headFacts(partial.head), {
          bytes: partial.writer.bytes,
          coding: partial.coded ? 'coded' : 'plain',
          proof: proofOf(call, partial.head),
        })
  const from = resume?.name === 'resume' ? partial?.writer.bytes : undefined
  const range: HeaderList =
    resume?.name === 'resume' && from !== undefined
      ? [['range', `bytes=${rangeFrom(from)}-`], ...(resume.ifRange === undefined ? [] : [['if-range', resume.ifRange] as const])]
      : []
  const conditions = partial === undefined && !series.unconditional ? validators : []
  return {
    headers: [...call.headers, ...acceptedCodings(series, from), ...cacheFields(call)],
    conditions: [...conditions, ...range],
    at: partial?.head.url ?? order.at,
    from,
  }
}

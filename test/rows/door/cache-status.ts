/** One member of a Cache-Status list (RFC 9211), as read by the strict rules of Structured Fields (RFC 9651, section 4.2). */
export interface CacheStatus {
  readonly cache: string
  readonly params: Readonly<Record<string, string | number | boolean>>
}

const TOKEN = /^[A-Za-z*][-!#$%&'*+.^_`|~\w:/]*/
const KEY = /^[a-z*][a-z0-9_\-.*]*/
const INTEGER = /^-?\d{1,15}(?![\d.])/
const STRING = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/

/** What each parameter of RFC 9211, section 2, may hold. Others are not for holdfast to send. */
const KINDS: Record<string, string[]> = {
  hit: ['boolean'],
  fwd: ['token'],
  'fwd-status': ['number'],
  ttl: ['number'],
  stored: ['boolean'],
  collapsed: ['boolean'],
  key: ['string'],
  detail: ['token', 'string'],
}
const FORWARDS = ['bypass', 'method', 'uri-miss', 'vary-miss', 'miss', 'request', 'stale', 'partial']

class Reader {
  rest: string

  constructor(text: string) {
    this.rest = text
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.rest) ?? undefined
    if (found !== undefined) this.rest = this.rest.slice(found[0].length)
    return found
  }

  need(pattern: RegExp, what: string): string {
    const found = this.take(pattern)
    if (found === undefined) throw new Error(`no ${what} at: ${this.rest}`)
    return found[0]
  }

  item(): { value: string | number | boolean; kind: string } {
    const text = this.take(STRING)
    if (text !== undefined) return { value: (text[1] ?? '').replaceAll(/\\(.)/g, '$1'), kind: 'string' }
    const number = this.take(INTEGER)
    if (number !== undefined) return { value: Number(number[0]), kind: 'number' }
    const flag = this.take(/^\?[01]/)
    if (flag !== undefined) return { value: flag[0] === '?1', kind: 'boolean' }
    return { value: this.need(TOKEN, 'value'), kind: 'token' }
  }

  member(): CacheStatus {
    const { value: cache, kind } = this.item()
    if (kind !== 'token' && kind !== 'string') throw new Error(`a cache is named by a token or a string: ${cache}`)
    const params: Record<string, string | number | boolean> = {}
    while (this.take(/^; */) !== undefined) {
      const name = this.need(KEY, 'parameter')
      const item = this.take(/^=/) === undefined ? { value: true, kind: 'boolean' } : this.item()
      if (name in params) throw new Error(`${name} twice`)
      if (cache === 'holdfast') judge(name, item)
      params[name] = item.value
    }
    return { cache: String(cache), params }
  }
}

function judge(name: string, { value, kind }: { value: unknown; kind: string }): void {
  if (!KINDS[name]?.includes(kind)) throw new Error(`${name} may not be a ${kind}`)
  if (name === 'fwd' && !FORWARDS.includes(String(value))) throw new Error(`fwd=${String(value)} is no registered reason`)
}

/** Reads the field; throws where it breaks a rule of either RFC. */
export function readCacheStatus(field: string | null): CacheStatus[] {
  if (field === null) throw new Error('there is no Cache-Status')
  const reader = new Reader(field)
  const members: CacheStatus[] = [reader.member()]
  while (reader.take(/^[ \t]*,[ \t]*/) !== undefined) members.push(reader.member())
  if (reader.rest !== '') throw new Error(`left over: ${reader.rest}`)
  for (const { cache, params } of members) if (cache === 'holdfast') coherent(params)
  return members
}

/** Sections 2.1 to 2.6: a hit was not forwarded; what speaks of the forwarding needs one. */
function coherent(params: CacheStatus['params']): void {
  if (params.hit === true && params.fwd !== undefined) throw new Error('hit and fwd exclude each other')
  if (params.hit !== true && params.fwd === undefined) throw new Error('neither hit nor fwd')
  for (const name of ['fwd-status', 'stored', 'collapsed']) {
    if (params[name] !== undefined && params.fwd === undefined) throw new Error(`${name} without fwd`)
  }
}

/** What holdfast says of itself: it must be the last member, for it is the nearest to the caller. */
export function ownStatus(response: Response): CacheStatus['params'] {
  const last = readCacheStatus(response.headers.get('cache-status')).at(-1)
  if (last?.cache !== 'holdfast') throw new Error(`the last cache is ${last?.cache}`)
  return last.params
}

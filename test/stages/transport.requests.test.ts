import http from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import type { HeaderList } from '../../src/model/headers.ts'
import type { Transport, WireRequest } from '../../src/model/transport.ts'
import { fetchTransport } from '../../src/stages/transport/fetch.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { type Origin, ok, type RecordedRequest, reflect, startOrigin } from '../helpers/origin/index.ts'
import { failureOf, textAt } from './transport.ask.ts'

let origin: Origin
let wire: Transport
let fetched: Transport
beforeEach(async () => {
  origin = await startOrigin()
  wire = wireTransport({ clock: systemClock })
  fetched = fetchTransport(() => fetch, { clock: systemClock })
})
afterEach(async () => {
  await wire.close()
  await origin.close()
})

/** Fields in the order of their names and values: their order on the wire is nobody's business. */
function inOrder(fields: string[][]): string[][] {
  return fields.toSorted((a, b) => (a.join() < b.join() ? -1 : 1))
}

/** What the origin received from both, connection and what only fetch adds apart. */
async function sentByBoth(changes: Partial<WireRequest>): Promise<{ wire: string[][]; fetch: string[][] }> {
  origin.script('/a', reflect())
  await textAt(wire, origin.url('/a'), changes)
  await textAt(fetched, origin.url('/a'), changes)
  const [byWire, byFetch] = origin.requests('/a') as [RecordedRequest, RecordedRequest]
  return { wire: fieldsOf(byWire), fetch: fieldsOf(byFetch) }
}

function fieldsOf({ rawHeaders }: RecordedRequest): string[][] {
  const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] as string]] : []))
  return inOrder(pairs.filter(([name]) => name !== 'connection' && name !== 'sec-fetch-mode'))
}

describe('the head of a request', () => {
  test('is what fetch would send, where a server acts upon it', async () => {
    const sent = await sentByBoth({ headers: [['accept-encoding', 'gzip, deflate']] })
    expect(sent.wire).toEqual(sent.fetch)
    expect(sent.wire).toEqual(
      inOrder([
        ['host', origin.host],
        ['accept', '*/*'],
        ['accept-encoding', 'gzip, deflate'],
        ['accept-language', '*'],
        ['user-agent', 'node'],
      ]),
    )
  })

  test("has the caller's fields before the defaults, and all values of one name", async () => {
    const headers: HeaderList = [
      ['accept', 'text/csv'],
      ['user-agent', 'mine/1.0'],
      ['accept-language', 'cs'],
      ['accept-encoding', 'identity'],
      ['x-many', 'one'],
      ['x-many', 'two'],
      ['x-many', 'three'],
      ['__proto__', 'a field like others'],
    ]
    origin.script('/a', reflect())
    await textAt(wire, origin.url('/a'), { headers })
    const sent = fieldsOf(origin.requests('/a')[0] as RecordedRequest).filter(([name]) => name !== 'host')
    expect(sent).toEqual(inOrder(headers.map((field) => [...field])))
  })

  test.each([
    ['if-none-match', '"x"'],
    ['if-modified-since', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ['if-range', '"x"'],
  ])('with %s does not tell caches on the way to go to the origin', async (name, value) => {
    const { wire: byWire, fetch: byFetch } = await sentByBoth({ headers: [[name, value]] })
    expect(byWire.map(([field]) => field)).toEqual(byFetch.map(([field]) => field).filter((field) => field !== 'accept-encoding'))
    expect(byFetch.flat()).not.toContain('no-cache')
  })

  test('has a host and a length of its own', async () => {
    const headers: HeaderList = [
      ['host', 'elsewhere.example'],
      ['content-length', '9999'],
      ['connection', 'upgrade, x-secret'],
    ]
    origin.script('/a', ok('a'))
    await textAt(wire, origin.url('/a'), { method: 'POST', headers, body: Buffer.from('four') })
    expect(origin.requests()[0]?.headers).toMatchObject({ host: origin.host, 'content-length': '4', connection: 'keep-alive' })
  })

  test.each(['GET', 'POST'])('%s: announces no trailer that will not come, and is sent as with fetch', async (method) => {
    const body = method === 'POST' ? { body: Buffer.from('four') } : {}
    const { wire: byWire } = await sentByBoth({ method, headers: [['trailer', 'x-checksum']], ...body })
    expect(byWire.flat()).not.toContain('trailer')
  })

  test('that Node will not send is given up: an error of its connection, with nobody to hear it, would end the program', async () => {
    const orphans: http.ClientRequest[] = []
    const end = vi.spyOn(http.ClientRequest.prototype, 'end').mockImplementationOnce(function (this: http.ClientRequest) {
      orphans.push(this)
      throw new Error('not like this')
    })
    await expect(textAt(wire, origin.url('/a'))).rejects.toThrow('not like this')
    end.mockRestore()
    expect(orphans.map(({ destroyed }) => destroyed)).toEqual([true])
    expect(orphans[0]?.listenerCount('error')).toBeGreaterThan(0)
  })

  test('may ask for the connection to be closed', async () => {
    origin.script('/a', ok('a'))
    await textAt(wire, origin.url('/a'), { headers: [['connection', 'close']] })
    await textAt(wire, origin.url('/a'))
    expect(origin.requests().map(({ connection }) => connection)).toEqual([1, 2])
  })

  test.each(['transfer-encoding', 'keep-alive', 'upgrade', 'expect'])('refuses %s, as fetch does', async (name) => {
    for (const transport of [wire, fetched]) {
      expect(await failureOf(textAt(transport, origin.url('/a'), { headers: [[name, 'chunked']] }))).toBe('PROTOCOL for good')
    }
    expect(origin.hits()).toBe(0)
  })

  test.each(['/a?b=1%20c&d=%C3%A9', '/a?', '/a', '/a//b/%2e%2E;c'])('names the target as the URL does: %s', async (target) => {
    origin.script(new URL(target, 'http://x').pathname, ok('a'))
    await textAt(wire, `${origin.url(target)}#part`)
    expect(origin.requests()[0]?.path).toBe(new URL(target, 'http://x').href.slice('http://x'.length))
  })

  test.each(['Patch', 'QUERY'])('has its method as it is given, and no length that nobody gave: %s', async (method) => {
    origin.script('/a', ok('a'))
    await textAt(wire, origin.url('/a'), { method })
    const [sent] = origin.requests('/a')
    expect(sent?.method).toBe(method)
    expect(Object.keys(sent?.headers ?? {})).not.toContain('content-length')
  })
})

test('what mocks and instrumentation put in the place of http.request is used from then on', async () => {
  origin.script('/a', ok('a'))
  await textAt(wire, origin.url('/a'))
  const request = vi.spyOn(http, 'request')
  await textAt(wire, origin.url('/a'))
  expect(request).toHaveBeenCalledOnce()
  request.mockRestore()
})

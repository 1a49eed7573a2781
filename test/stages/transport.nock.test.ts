import http from 'node:http'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/model/clock.ts'
import { chosenTransport } from '../../src/stages/transport/choose.ts'
import { wireTransport } from '../../src/stages/transport/wire.ts'
import { failureOf, headersAt, requestTo, textAt } from './transport.ask.ts'

const ORIGIN = 'http://mocked.example'

// nock replaces node:http and the global fetch alike, at any time, and takes them back.
beforeAll(() => nock.disableNetConnect())
afterEach(() => nock.cleanAll())
afterAll(() => nock.restore())

describe.each([
  ['the wire', wireTransport({ clock: systemClock })],
  ['what is chosen beside it', chosenTransport({ clock: systemClock })],
])('a program that is tested with nock, through %s', (_name, transport) => {
  test('gets what was scripted, and sends what can be matched', async () => {
    nock(ORIGIN, { reqheaders: { accept: 'text/csv', 'x-mine': 'yes' } })
      .get('/a?b=1')
      .reply(200, 'scripted', { 'X-Theirs': 'yes' })
    const headers: [string, string][] = [
      ['accept', 'text/csv'],
      ['x-mine', 'yes'],
    ]
    expect(await textAt(transport, `${ORIGIN}/a?b=1`, { headers })).toBe('scripted')
    expect(nock.isDone()).toBe(true)
  })

  test('twice, so over a connection that would be kept', async () => {
    nock(ORIGIN).get('/a').times(2).reply(200, 'again', { 'Content-Length': '5', ETag: '"x"' })
    expect([await textAt(transport, `${ORIGIN}/a`), await textAt(transport, `${ORIGIN}/a`)]).toEqual(['again', 'again'])
  })

  test('gets 304, redirects and bodies that it sent', async () => {
    nock(ORIGIN).get('/a').reply(304).get('/b').reply(302, '', { Location: '/c' })
    nock(ORIGIN).post('/d', 'sent').reply(201, 'made')
    expect((await transport.send(requestTo(`${ORIGIN}/a`))).status).toBe(304)
    expect(await headersAt(transport, `${ORIGIN}/b`)).toContainEqual(['location', '/c'])
    expect(await textAt(transport, `${ORIGIN}/d`, { method: 'POST', body: Buffer.from('sent') })).toBe('made')
  })

  test('gets the errors that were scripted', async () => {
    nock(ORIGIN)
      .get('/a')
      .replyWithError(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }))
    expect(await failureOf(textAt(transport, `${ORIGIN}/a`))).toBe('DNS')
  })
})

test('what nock 13 gives, where the text beside the status is null, is an answer', async () => {
  const { request } = http
  vi.spyOn(http, 'request').mockImplementation((...given: unknown[]) =>
    (Reflect.apply(request, http, given) as http.ClientRequest).prependListener('response', (message) =>
      Object.assign(message, { statusMessage: null }),
    ),
  )
  nock(ORIGIN).get('/a').reply(200, 'scripted')
  const transport = wireTransport({ clock: systemClock })
  expect((await transport.send(requestTo(`${ORIGIN}/a`))).statusText).toBe('')
  vi.restoreAllMocks()
})

import http from 'node:http'
import { expect, test } from 'vitest'
import { byRequest, counting, echo, gate, gatedBody, hang, ok, startOrigin, status } from './origin/index.ts'
import { RawClient, rawGet } from './raw-client.ts'

const text = (answer: { body: Buffer }): string => answer.body.toString()

test('HEAD gets the head only, and the connection stays usable', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('hello'))
  await using client = await RawClient.connect(origin.port)
  client.send('/f', { method: 'HEAD', keepAlive: true })
  const head = await client.bodyBytes(0)
  expect([head.status, text(head)]).toEqual([200, ''])
  expect(head.head).toContain('Content-Length: 5')
  client.send('/f')
  expect(text(await client.whole())).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nhello$/)
  expect(origin.requests().map(({ connection, bytesSent }) => [connection, bytesSent])).toEqual([
    [1, 0],
    [1, 5],
  ])
})

test('a script runs step by step, the last one repeats, and a new script starts anew', async () => {
  await using origin = await startOrigin()
  origin.script('/f', status(503, { 'Retry-After': '1' }), ok('a'), counting())
  const seen: string[] = []
  for (let n = 0; n < 4; n += 1) seen.push(text(await rawGet(origin.port, '/f')))
  origin.script('/f', counting())
  seen.push(text(await rawGet(origin.port, '/f')))
  expect(seen).toEqual(['', 'a', '3', '4', '1'])
  expect(origin.hits('/f')).toBe(5)
})

test('requests are recorded with fields as sent, body, time, order and connection', async () => {
  const clock = { now: () => 1_000 }
  await using origin = await startOrigin({ clock })
  origin.script('/f', echo())
  origin.script('/f?exact', ok('exact'))
  const sent = { method: 'POST', body: 'läuft', headers: { 'X-Case': 'Kept', 'x-twice': 'a', 'X-Twice': 'b' } }
  expect(text(await rawGet(origin.port, '/f?q=1', sent))).toBe('läuft')
  expect(text(await rawGet(origin.port, '/f?exact'))).toBe('exact')
  const [first, second] = origin.requests('/f')
  expect(first).toMatchObject({
    method: 'POST',
    path: '/f?q=1',
    pathname: '/f',
    at: 1_000,
    sequence: 1,
    connection: 1,
    bytesSent: 6,
  })
  expect(first?.rawHeaders.slice(-6)).toEqual(['X-Case', 'Kept', 'x-twice', 'a', 'X-Twice', 'b'])
  expect(first?.headers['x-twice']).toBe('a, b')
  expect(first?.body.toString()).toBe('läuft')
  expect(second).toMatchObject({ sequence: 2, connection: 2 })
  expect([origin.hits(), origin.hits('/f'), origin.hits('/f?q=1'), origin.hits('/g')]).toEqual([2, 2, 1, 0])
})

test('a chunked request body is read, and two requests in one segment are both answered', async () => {
  await using origin = await startOrigin()
  origin.script('/f', echo())
  const chunks = http.request(origin.url('/f'), { method: 'PUT' })
  chunks.write('one ')
  chunks.end('two')
  const answer = await new Promise<http.IncomingMessage>((resolve) => chunks.on('response', resolve))
  expect((await answer.toArray()).join('')).toBe('one two')
  await using client = await RawClient.connect(origin.port)
  client.send('/f', { method: 'POST', body: 'a', keepAlive: true })
  client.send('/f', { method: 'POST', body: 'b' })
  expect((await client.whole()).body.toString()).toMatch(/^aHTTP[\s\S]*b$/)
})

test('what is not HTTP gets 400 and is no mistake of the test', async () => {
  await using origin = await startOrigin()
  await using client = await RawClient.connect(origin.port)
  client.send('/with a space')
  expect((await client.whole()).status).toBe(400)
})

test('a path without a script answers 500 and fails the test at close', async () => {
  const origin = await startOrigin()
  const answer = await rawGet(origin.port, '/nobody')
  expect([answer.status, text(answer)]).toEqual([500, 'The test origin has no script for GET /nobody.\n'])
  await expect(origin.close()).rejects.toThrow('no script for GET /nobody')
  await origin.close()
})

test('a step that throws breaks the connection and fails the test at close', async () => {
  const origin = await startOrigin()
  origin.script(
    '/f',
    byRequest(() => {
      throw new Error('a slip in the test')
    }),
  )
  await expect(rawGet(origin.port, '/f')).rejects.toThrow('no head')
  expect(await origin.requests()[0]?.ended).toBe('failed')
  await expect(origin.close()).rejects.toThrow('a slip in the test')
})

test('a Connection: close of the script closes the connection', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('x', { headers: { connection: 'close' } }))
  expect(text(await rawGet(origin.port, '/f', { keepAlive: true }))).toBe('x')
})

test('refuse closes the port, resume opens the same one', async () => {
  await using origin = await startOrigin()
  const { port } = origin
  origin.script('/f', ok('x'))
  await using idle = await RawClient.connect(port)
  await origin.refuse()
  expect(await idle.ended).toBe('closed')
  await expect(rawGet(port, '/f')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await origin.resume()
  expect(origin.port).toBe(port)
  expect(text(await rawGet(port, '/f'))).toBe('x')
})

test('refuse lets an answer go on and closes its connection then; kill breaks it off', async () => {
  await using origin = await startOrigin()
  const held = gate(ok('late'))
  origin.script('/f', held)
  await using polite = await RawClient.connect(origin.port)
  polite.send('/f', { keepAlive: true })
  await held.arrived
  await origin.refuse()
  held.release()
  expect(text(await polite.whole())).toBe('late')
  await origin.resume()
  origin.script('/f', hang())
  await using cruel = await RawClient.connect(origin.port)
  cruel.send('/f')
  await expect.poll(() => origin.hits()).toBe(2)
  origin.kill()
  await cruel.ended
  expect(await origin.requests()[1]?.ended).toBe('client-gone')
  expect(origin.openConnections).toBe(0)
})

test('inFlight counts what is not answered, maxInFlight the most of it', async () => {
  await using origin = await startOrigin()
  const held = gate(ok('x'))
  origin.script('/f', held)
  const answers = Promise.all([1, 2, 3].map(() => rawGet(origin.port, '/f')))
  await held.atLeast(3)
  expect([origin.inFlight, held.arrivals]).toEqual([3, 3])
  held.release()
  await answers
  expect([origin.inFlight, origin.maxInFlight]).toEqual([0, 3])
})

test('one caller after the other is never counted as two, whatever the size', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok(Buffer.alloc(300_000)))
  for (let n = 0; n < 20; n += 1) {
    await using client = await RawClient.connect(origin.port)
    client.send('/f', { keepAlive: true })
    await client.bodyBytes(300_000)
  }
  expect(origin.maxInFlight).toBe(1)
})

test('gatedBody: the first bytes come, the rest on release', async () => {
  await using origin = await startOrigin()
  const held = gatedBody('abcdef', '50%')
  origin.script('/f', held)
  await using client = await RawClient.connect(origin.port)
  client.send('/f')
  const request = await held.arrived
  expect(text(await client.bodyBytes(3))).toBe('abc')
  expect(request.bytesSent).toBe(3)
  held.release()
  expect(text(await client.whole())).toBe('abcdef')
})

test('a client that leaves a gate ends the exchange', async () => {
  await using origin = await startOrigin()
  const held = gate()
  origin.script('/f', held)
  const client = await RawClient.connect(origin.port)
  client.send('/f')
  const request = await held.arrived
  client.destroy()
  expect(await request.ended).toBe('client-gone')
  expect(origin.inFlight).toBe(0)
})

import { expect, test } from 'vitest'
import { ok, raw } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, seen } from './given.ts'

// RFC 9112 9.3.1: a request that met a connection the origin had closed is sent once more, where its method allows that by its own meaning.
test.each([
  ['GET', true],
  ['HEAD', true],
  ['OPTIONS', true],
  ['PUT', true],
  ['DELETE', true],
  ['QUERY', true],
  ['POST', false],
  ['PATCH', false],
])('a used connection that is closed under a %s: sent again on a new one: %j', async (method, again) => {
  await using g = await given({ retry: false })
  g.origin.script('/warm', ok('warm'))
  g.origin.script('/f', (exchange) => exchange.destroy(), ok('fine'))
  await seen(g.fetch(g.origin.url('/warm')))
  await rounds()
  const came = await seen(g.fetch(g.origin.url('/f'), { method }))
  expect(came).toMatchObject(again ? { status: 200 } : { rejected: 'CONNECT' })
  const [first, second] = g.origin.requests('/f')
  expect(first?.connection).toBe(g.origin.requests('/warm')[0]?.connection)
  expect(second?.connection === first?.connection).toBe(false)
  expect(g.origin.hits('/f')).toBe(again ? 2 : 1)
})

test('an origin that closes after each answer and does not say so: what may be sent once only meets none of these connections', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', raw('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine'))
  for (let call = 0; call < 6; call++)
    expect(await seen(g.fetch(g.origin.url('/f'), { method: 'POST', body: 'x' }))).toMatchObject({ status: 200, text: 'fine' })
  expect(g.origin.hits('/f')).toBe(6)
})

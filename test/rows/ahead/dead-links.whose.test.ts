import { expect, test } from 'vitest'
import type { Init, Prefetched } from '../../../src/index.ts'
import { type Step, status } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'

// A dead link is a word on one question: what was asked otherwise was not asked, and gets no answer that nobody gave.
async function ahead(g: Given, init: Init): Promise<Prefetched[]> {
  return Array.fromAsync(g.fetch.prefetch([[g.origin.url('/f'), init]]))
}

test('a HEAD that the server does not take is no answer to a GET, and a GET that leads nowhere is one to a HEAD', async () => {
  await using g = await given()
  const step: Step = (exchange) => status(exchange.request.method === 'HEAD' ? 405 : 404)(exchange)
  g.origin.script('/f', step)
  for (const method of ['HEAD', 'HEAD', 'GET', 'HEAD', 'GET']) await ahead(g, { method })
  expect(g.origin.requests().map(({ method }) => method)).toEqual(['HEAD', 'GET'])
})

test('one language that a page is not in is no answer to another', async () => {
  await using g = await given()
  g.origin.script('/f', status(406, { Vary: 'Accept-Language' }))
  for (const language of ['en', 'en', 'de', 'de']) await ahead(g, { headers: { 'Accept-Language': language } })
  expect(g.origin.requests().map(({ headers }) => headers['accept-language'])).toEqual(['en', 'de'])
})

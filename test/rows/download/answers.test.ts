import { Keyv } from 'keyv'
import { describe, expect, test } from 'vitest'
import { keyv } from '../../../adapters/stores/keyv.ts'
import { createCachedFetch, inspect } from '../../../src/index.ts'
import { ok, raw, type Step, status } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'

test.each([404, 410])('%i is an answer: with a freshness of its own it is kept, and asked for once', async (code) => {
  await using g = await given({ ttl: 'http' })
  g.origin.script('/f', status(code, { 'cache-control': 'max-age=60' }, 'none'))
  const answers = [await seen(g.fetch(g.origin.url('/f'))), await seen(g.fetch(g.origin.url('/f')))]
  expect(answers).toMatchObject([
    { status: code, text: 'none', outcome: 'miss' },
    { status: code, text: 'none', outcome: 'hit' },
  ])
  expect(g.origin.hits('/f')).toBe(1)
})

// Node's parser lets them pass, and fetch gives them; `new Response` takes none of them, and no store gives them back.
describe.each(['\0', 'No\u0001t', '\u001b[31m', 'a\u007f'])('a reason phrase with what is no text: %j', (reason) => {
  const answer = (code: number): Step =>
    raw(`HTTP/1.1 ${code} ${reason}\r\nCache-Control: max-age=60\r\nContent-Length: 3\r\n\r\nbad`)
  const text = reason.replace(/[^ -~]/g, '')

  test.each([200, 201, 404, 503])('of a %i: the answer without it, downloaded and stored', async (code) => {
    const store = keyv(new Keyv())
    const outcomes: unknown[] = []
    await using g = await given({ tiers: [store], retry: false, ttl: 'http' })
    g.origin.script('/f', answer(code))
    await using again = createCachedFetch({ tiers: [store], retry: false, clock: g.clock })
    for (const fetch of [g.fetch, again]) {
      const response = await fetch(g.origin.url('/f'))
      outcomes.push(inspect(response)?.outcome)
      expect([response.status, response.clone().statusText, await response.text()]).toEqual([code, text, 'bad'])
    }
    expect(outcomes).toEqual(['miss', code === 503 ? 'miss' : 'hit'])
  })

  test('of a 503: the last good version', async () => {
    await using g = await given({ retry: false })
    g.origin.script('/f', ok('good'), answer(503))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'good' })
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'good', outcome: 'fallback' })
  })

  test('of what is put by hand', async () => {
    await using g = await given({ ttl: 'http' })
    g.origin.script('/f', answer(404))
    await g.fetch.put('http://x.test/', await fetch(g.origin.url('/f')))
    expect((await g.fetch('http://x.test/', { cache: 'force-cache' })).statusText).toBe(text)
  })
})

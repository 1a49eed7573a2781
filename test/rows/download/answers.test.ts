import { expect, test } from 'vitest'
import { status } from '../../helpers/origin/index.ts'
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

import { describe, expect, onTestFinished, test } from 'vitest'
import { ok, redirect, startOrigin } from '../../helpers/origin/index.ts'
import { ended, lives, living, OLD, promised } from './stored.ts'
import { certificate, trust } from './trusted.ts'

// H10: what was asked for under TLS is never fetched without it.
const good = await certificate()

describe.skipIf(!good).each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test.each([301, 302, 303, 307, 308])(
    '%i from https to http: REDIRECT, one request, and no word of it in plain text',
    async (code) => {
      if (good) trust(good)
      const origin = await startOrigin(good && { tls: good })
      onTestFinished(() => origin.close())
      await using g = await living(life)
      g.origin.script('/plain', ok('plain'))
      origin.script('/f', redirect(g.origin.url('/plain'), code))
      if (life.cached) await g.fetch.put(origin.url('/f'), new Response(OLD))
      const { is, error } = await ended(g.fetch(origin.url('/f'), life.cached ? {} : { headers: { Authorization: 'secret' } }))
      expect([is, error?.code]).toEqual([promised(life), 'REDIRECT'])
      expect([origin.hits(), g.origin.hits()]).toEqual([1, 0])
    },
  )

  test('from http to https is no downgrade', async () => {
    if (good) trust(good)
    const origin = await startOrigin(good && { tls: good })
    onTestFinished(() => origin.close())
    await using g = await living(life)
    g.origin.script('/f', redirect(origin.url('/f')))
    origin.script('/f', ok('secure'))
    if (life.cached) await g.fetch.put(g.origin.url('/f'), new Response(OLD))
    expect(await ended(g.fetch(g.origin.url('/f')))).toMatchObject({ is: 'miss', text: 'secure' })
  })
})

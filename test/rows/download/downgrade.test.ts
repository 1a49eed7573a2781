import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { ok, redirect, startOrigin, status } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'
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

describe.skipIf(!good)('a mirror without TLS behind a first place with it', () => {
  const body = 'the right bytes'
  const digest = createHash('sha256').update(body)
  const hex = digest.copy().digest('hex')
  const proofs: [string, Init, boolean][] = [
    ['nothing says what is right: not asked', {}, false],
    ['expect.size alone says too little', { holdfast: { expect: { size: body.length } } }, false],
    ['expect.digest proves it', { holdfast: { expect: { digest: `sha256:${hex}` } } }, true],
    ['integrity proves it', { integrity: `sha256-${digest.copy().digest('base64')}` }, true],
  ]
  test.each(proofs)('%s', async (_, init, isAsked) => {
    if (good) trust(good)
    const origin = await startOrigin(good && { tls: good })
    onTestFinished(() => origin.close())
    await using g = await given({ retry: false })
    origin.script('/f', status(503))
    g.origin.script('/m', ok(body))
    const holdfast = { ...init.holdfast, sources: [g.origin.url('/m')] }
    const came = await seen(g.fetch(origin.url('/f'), { ...init, holdfast }))
    expect(came).toMatchObject(isAsked ? { status: 200, text: body } : { status: 503 })
    expect([g.origin.hits(), g.told('warning').length]).toEqual(isAsked ? [1, 0] : [0, 1])
  })
})

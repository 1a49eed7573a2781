import { describe, expect, test } from 'vitest'
import { redirect } from '../../helpers/origin/index.ts'
import { given } from './given.ts'
import { ended, lives, living, promised, storeOld } from './stored.ts'

// H10: the ports that fetch blocks (mail, and others that would take a request for their own language) are blocked on the way too.
const BLOCKED = [25, 110, 143, 6667, 10080]

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name', (life) => {
  test.each(BLOCKED)('to port %i: REDIRECT, one request', async (port) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', redirect(`http://127.0.0.1:${port}/`))
    const { is, error } = await ended(g.fetch(g.origin.url('/f')))
    expect([is, error?.code, g.origin.hits()]).toEqual([promised(life), 'REDIRECT', 1])
  })
})

test.each(BLOCKED)('asked for itself, port %i is not connected to either, nor is a mirror there', async (port) => {
  await using g = await given({ retry: false })
  const url = `http://127.0.0.1:${port}/`
  const call = g.fetch(url, { holdfast: { sources: [`${url}mirror`] } })
  const attempts = [url, `${url}mirror`].map((at) => ({ url: at, error: { code: 'PROTOCOL' } }))
  await expect(call).rejects.toMatchObject({ code: 'PROTOCOL', attempts })
})

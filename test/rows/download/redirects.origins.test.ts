import { describe, expect, test } from 'vitest'
import { ok, redirect, startOrigin } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'

describe("mode: 'same-origin'", () => {
  const mode = 'same-origin'

  test('a redirect to another origin is not followed, nor one that was followed for somebody else given, as fetch has it', async () => {
    await using g = await given()
    await using other = await startOrigin()
    other.script('/f', ok('theirs'))
    g.origin.script('/f', redirect(other.url('/f')))
    const url = g.origin.url('/f')
    await expect(fetch(url, { mode })).rejects.toThrow(TypeError)
    const before = other.hits()
    expect(await seen(g.fetch(url, { mode }))).toMatchObject({ rejected: 'REDIRECT' })
    expect(other.hits()).toBe(before)
    expect(await seen(g.fetch(url, { holdfast: { ttl: '1h' } }))).toMatchObject({ text: 'theirs' })
    expect(await seen(g.fetch(url, { mode, holdfast: { ttl: '1h' } }))).toMatchObject({ rejected: 'REDIRECT' })
    expect(await seen(g.fetch(url, { mode, cache: 'only-if-cached' }))).toMatchObject({ text: 'theirs' })
  })

  test('one within the origin is', async () => {
    await using g = await given()
    g.origin.script('/f', redirect('/g'))
    g.origin.script('/g', ok('ours'))
    for (const input of [g.origin.url('/f'), new Request(g.origin.url('/f'), { mode })])
      expect(await seen(g.fetch(input, { mode, holdfast: { ttl: '1h' } }))).toMatchObject({ text: 'ours' })
    expect(g.origin.hits()).toBe(2)
  })
})

test("an answer that redirects led to another origin for is of type 'cors', as fetch has it, and so is its clone; within one it is 'basic'", async () => {
  await using g = await given({ ttl: '1h' })
  await using other = await startOrigin()
  other.script('/f', ok('theirs'))
  g.origin.script('/away', redirect(other.url('/f')))
  g.origin.script('/home', redirect('/g'))
  g.origin.script('/g', ok('ours'))
  for (const [path, type] of [
    ['/away', 'cors'],
    ['/home', 'basic'],
    ['/g', 'basic'],
  ] as const) {
    const url = g.origin.url(path)
    for (const response of [await fetch(url), await g.fetch(url), await g.fetch(url)])
      expect([path, response.type, response.clone().type]).toEqual([path, type, type])
  }
})

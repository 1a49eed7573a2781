import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { type Bench, bench, outcomeOf } from './kit.ts'

const kept = { headers: { 'Cache-Control': 'max-age=60' }, etag: '"t"', conditional: true }

describe('inspect()', () => {
  const versionOf = async (b: Bench): Promise<unknown> => {
    const seen = inspect(await b.fetch(b.origin.url('/r')))
    return seen !== undefined && 'version' in seen ? seen.version : undefined
  }

  test('undefined for a response that is not ours, the same for a clone', async () => {
    await using b = await bench({ '/r': ok('a') })
    const response = await b.fetch(b.origin.url('/r'))
    expect(inspect(new Response('a'))).toBeUndefined()
    expect(inspect(response.clone())).toEqual(inspect(response))
  })

  test('it names digest, size, times and tier of the version', async () => {
    await using b = await bench({ '/r': inOrder(ok('abc', kept)) })
    const at = new Date(b.clock.now())
    await versionOf(b)
    await b.clock.advance(61_000)
    expect(await versionOf(b)).toMatchObject({
      digest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      size: 3,
      status: 200,
      storedAt: at,
      checkedAt: new Date(at.getTime() + 61_000),
      labels: [],
      pinned: false,
      proven: true,
      url: b.origin.url('/r'),
    })
    expect(inspect(await b.fetch(b.origin.url('/r')))).toMatchObject({ outcome: 'hit', tier: 'memory' })
  })

  test('what a caller does to it changes nothing for the next (C08)', async () => {
    await using b = await bench({ '/r': ok('abc', kept) })
    const before = JSON.stringify(await versionOf(b))
    const version = (await versionOf(b)) as { headers: Headers; storedAt: Date; digest: string }
    const attempts = [
      () => version.headers.set('x', '1'),
      () => version.storedAt.setTime(0),
      () => Object.assign(version, { digest: 'x' }),
    ]
    for (const attempt of attempts)
      try {
        attempt()
      } catch {}
    expect(JSON.stringify(await versionOf(b))).toBe(before)
    expect(await outcomeOf(b.fetch(b.origin.url('/r')))).toBe('hit')
  })
})

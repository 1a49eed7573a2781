import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../../../src/index.ts'
import { sha256 } from '../../helpers/digest.ts'
import { cut, gz, ok, redirect } from '../../helpers/origin/index.ts'
import { given, rejection } from '../download/given.ts'
import { ask, fallen, json, later, text } from './judging.ts'

type Check = NonNullable<CallOptions['check']>
type Facts = Parameters<Check>[1]

const boom = new Error('no header')
const startsWith =
  (start: string): Check =>
  async (response) => {
    if (!(await response.text()).startsWith(start)) throw boom
  }

describe('a check that throws refuses', () => {
  const ways: [string, Check][] = [
    [
      'at once',
      () => {
        throw boom
      },
    ],
    ['later', () => Promise.reject(boom)],
    ['after it has read the body', startsWith('nothing')],
    [
      'in mid-body',
      async (response) => {
        await response.body?.getReader().read()
        throw boom
      },
    ],
    [
      'after it has cancelled the body',
      async (response) => {
        await response.body?.cancel()
        throw boom
      },
    ],
  ]
  test.each(ways)('%s: with nothing stored REJECTED, once', async (_, check) => {
    await using g = await given({ check })
    g.origin.script('/f', ok('v1'))
    const error = await rejection(g.fetch(g.origin.url('/f')))
    expect(error).toMatchObject({ code: 'REJECTED', message: expect.stringContaining('no header'), url: g.origin.url('/f') })
    expect(error.attempts).toMatchObject([{ status: 200, bytes: 2 }])
    expect(causes(error)).toContain(boom)
    expect(g.origin.hits()).toBe(1)
  })

  test.each(ways)('%s: with a version stored, that one', async (_, check) => {
    await using g = await given()
    g.origin.script('/f', ok('v1'), ok('v2'))
    await ask(g)
    expect(await fallen(g, { holdfast: { check } })).toMatchObject({
      text: 'v1',
      code: 'REJECTED',
      message: expect.stringContaining('no header'),
    })
    expect(g.origin.hits()).toBe(2)
  })

  const things: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a text', 'a text'],
    ['false', false],
    ['an object without a prototype', Object.create(null)],
    [
      'an object whose text throws',
      {
        toString() {
          throw new Error('never')
        },
      },
    ],
    ['an error with a code of ours', Object.assign(new TypeError('mine'), { code: 'DNS', retry: 'always' })],
    ['an abort', new DOMException('x', 'AbortError')],
  ]
  test.each(things)('whatever is thrown: %s', async (_, thing) => {
    await using g = await given({ check: () => Promise.reject(thing) })
    g.origin.script('/f', ok('v1'))
    expect((await rejection(g.fetch(g.origin.url('/f')))).code).toBe('REJECTED')
    expect(g.told('rejected')).toMatchObject([{ reason: expect.any(String) }])
  })

  test('what it answers is nothing: neither false nor a Response refuses', async () => {
    await using g = await given({ check: (() => false) as unknown as Check })
    g.origin.script('/f', ok('v1'))
    expect(await ask(g)).toMatchObject({ text: 'v1', outcome: 'miss' })
  })
})

describe('what a check is shown', () => {
  test('status, headers and the final URL; the body decoded and whole, after a break too', async () => {
    const body = 'words and words '.repeat(1_000)
    const shown: unknown[] = []
    await using g = await given({
      check: async (response) =>
        void shown.push([response.status, response.headers.get('x-a'), response.url, sha256(await response.bytes())]),
    })
    const options = { etag: '"1"', ranges: true, headers: { 'X-A': 'b' } }
    g.origin.script('/f', redirect('/g'))
    g.origin.script('/g', cut(body, '40%', options), ok(body, options))
    expect(await ask(g)).toMatchObject({ text: body })
    expect(shown).toEqual([[200, 'b', g.origin.url('/g'), sha256(body)]])
  })

  test('a body in gzip is shown uncoded', async () => {
    await using g = await given({ check: startsWith('plain words') })
    g.origin.script('/f', gz('plain words of it'))
    expect(await ask(g)).toMatchObject({ text: 'plain words of it', outcome: 'miss' })
  })

  test('the previous version: none at first, then the last good one, never a refused one', async () => {
    const shown: (string | undefined)[] = []
    const check: Check = async (response, { previous }) => {
      shown.push(previous?.digest)
      if ((await response.text()).startsWith('bad')) throw boom
    }
    await using g = await given({ check })
    g.origin.script('/f', ok('v1'), ok('bad 1'), ok('bad 2'), ok('v2'), ok('v3'))
    for (let n = 0; n < 5; n += 1) {
      await ask(g)
      await later(g)
    }
    const [v1, v2] = [sha256('v1'), sha256('v2')]
    expect(shown).toEqual([undefined, v1, v1, v1, v2])
  })

  test('previous has what a VersionInfo has', async () => {
    const shown: Facts[] = []
    await using g = await given({ check: (_, facts) => void shown.push(facts) })
    g.origin.script('/f', ok('v1', { headers: { 'X-A': 'b' } }), ok('v2'))
    await ask(g)
    await ask(g)
    expect(shown[1]?.previous).toMatchObject({ size: 2, status: 200, url: g.origin.url('/f'), proven: true, pinned: false })
    expect(shown[1]?.previous?.headers.get('x-a')).toBe('b')
    expect(shown.every(({ signal }) => signal instanceof AbortSignal && !signal.aborted)).toBe(true)
  })

  test('what it does to its Response changes nothing for anybody', async () => {
    const check: Check = async (response, { previous }) => {
      try {
        response.headers.set('x-a', 'changed')
      } catch {
        // Headers that cannot be changed are as good.
      }
      previous?.headers.set('x-a', 'changed')
      const bytes = await response.bytes()
      bytes.fill(0)
    }
    await using g = await given({ check })
    g.origin.script('/f', ok('v1', { headers: { 'X-A': 'b' } }), ok('v2', { headers: { 'X-A': 'c' } }))
    for (const [body, field] of [
      ['v1', 'b'],
      ['v2', 'c'],
    ]) {
      const response = await g.fetch(g.origin.url('/f'))
      expect([await response.text(), response.headers.get('x-a')]).toEqual([body, field])
    }
    const again = await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })
    expect([await again.text(), again.headers.get('x-a')]).toEqual(['v2', 'c'])
  })

  test('json() of a large body, and clone()', async () => {
    const rows = Array.from({ length: 200_000 }, (_, id) => ({ id }))
    const check: Check = async (response) => {
      const [one, two] = [await response.clone().json(), await response.json()] as [typeof rows, typeof rows]
      if (one.length !== 200_000 || two.length !== 200_000) throw boom
    }
    await using g = await given({ check })
    g.origin.script('/f', json(rows), text('x'))
    expect((await ask(g)).text?.length).toBe(JSON.stringify(rows).length)
  })

  test('a Response that it keeps and reads afterwards still gives the body', async () => {
    const kept: Response[] = []
    await using g = await given({ check: (response) => void kept.push(response) })
    g.origin.script('/f', ok('v1'))
    await ask(g)
    expect(await kept[0]?.text()).toBe('v1')
  })
})

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [error]
}

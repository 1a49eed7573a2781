import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { gate, gatedBody, inOrder, ok } from '../../helpers/origin/index.ts'
import { bench, failureOf, textOf } from './kit.ts'
import { sideBySide, type Use } from './side-by-side.ts'

const kept = { headers: { 'Cache-Control': 'max-age=60' } }

describe("an abort is the caller's own", () => {
  const reasons: [string, () => unknown][] = [
    ['no reason', () => undefined],
    ['an error', () => new RangeError('mine')],
    ['an AbortError', () => new DOMException('mine', 'AbortError')],
    ['a text', () => 'because'],
    ['null', () => null],
    ['a TimeoutError', () => new DOMException('mine', 'TimeoutError')],
  ]
  const uses: [string, (reason: unknown) => Use][] = [
    ['already aborted', (reason) => (fetch, o) => fetch(o.url('/r'), { signal: AbortSignal.abort(reason) })],
    [
      'already aborted, in a Request',
      (reason) => (fetch, o) => fetch(new Request(o.url('/r'), { signal: AbortSignal.abort(reason) })),
    ],
    [
      'already aborted, on a POST',
      (reason) => (fetch, o) => fetch(o.url('/r'), { method: 'POST', body: 'b', signal: AbortSignal.abort(reason) }),
    ],
  ]

  test.each(uses.flatMap(([how, use]) => reasons.map(([what, reason]) => [`${how}: ${what}`, use(reason())] as const)))(
    '%s',
    async (_, use) => {
      const { theirs, ours, requests } = await sideBySide({ '/r': ok('fine') }, use)
      expect(theirs).toHaveProperty('rejected')
      expect(ours).toEqual(theirs)
      expect(requests.ours).toEqual([])
    },
  )

  test('the reason is the very object, before and during', async () => {
    const waiting = gate()
    await using b = await bench({ '/r': waiting })
    const reason = { not: 'an error' }
    expect(await failureOf(b.fetch(b.origin.url('/r'), { signal: AbortSignal.abort(reason) }))).toBe(reason)
    const controller = new AbortController()
    const failure = failureOf(b.fetch(b.origin.url('/r'), { signal: controller.signal }))
    await waiting.arrived
    controller.abort(reason)
    expect(await failure).toBe(reason)
  })

  test('an aborted signal fails a hit too', async () => {
    await using b = await bench({ '/r': ok('fine', kept) })
    await textOf(b.fetch(b.origin.url('/r')))
    const reason = new Error('mine')
    expect(await failureOf(b.fetch(b.origin.url('/r'), { signal: AbortSignal.abort(reason) }))).toBe(reason)
  })

  test('null is no signal, and init.signal null frees from the signal of a Request', async () => {
    await using b = await bench({ '/r': ok('fine') })
    const request = new Request(b.origin.url('/r'), { signal: AbortSignal.abort() })
    expect(await textOf(b.fetch(request, { signal: null }))).toBe('fine')
  })

  test('the last who waits takes the download with him', async () => {
    const waiting = gatedBody('0123456789', 4)
    await using b = await bench({ '/r': waiting })
    const controller = new AbortController()
    const failure = failureOf(b.fetch(b.origin.url('/r'), { signal: controller.signal }))
    const request = await waiting.arrived
    controller.abort()
    expect((await failure).name).toBe('AbortError')
    expect(await request.ended).toBe('client-gone')
  })

  test('the first may leave: the others get their answer, from one request', async () => {
    const waiting = gate(ok('fine', kept))
    await using b = await bench({ '/r': waiting })
    const controller = new AbortController()
    const first = failureOf(b.fetch(b.origin.url('/r'), { signal: controller.signal }))
    const others = [b.fetch(b.origin.url('/r')), b.fetch(b.origin.url('/r'))]
    await waiting.arrived
    controller.abort(new Error('first'))
    expect((await first).message).toBe('first')
    waiting.release()
    expect(await Promise.all(others.map(textOf))).toEqual(['fine', 'fine'])
    expect(b.origin.hits('/r')).toBe(1)
  })

  test('a response in hand is not tied to the signal', async () => {
    await using b = await bench({ '/r': ok('fine') })
    const controller = new AbortController()
    const response = await b.fetch(b.origin.url('/r'), { signal: controller.signal })
    controller.abort()
    expect(await response.text()).toBe('fine')
  })

  test('no listener stays on the signal', async () => {
    await using b = await bench({ '/r': ok('fine', kept) })
    const { signal } = new AbortController()
    let held = 0
    const count = <T extends (...args: never[]) => unknown>(fn: T, by: number): T =>
      ((...args: never[]) => {
        held += by
        return fn.apply(signal, args)
      }) as T
    signal.addEventListener = count(signal.addEventListener, 1)
    signal.removeEventListener = count(signal.removeEventListener, -1)
    for (let n = 0; n < 5; n++) await textOf(b.fetch(b.origin.url('/r'), { signal, cache: n % 2 ? 'default' : 'no-cache' }))
    expect(held).toBe(0)
  })
})

describe('AbortSignal.timeout: the time that I allow', () => {
  const timeout = (): { signal: AbortSignal; end: () => void } => {
    const controller = new AbortController()
    return { signal: controller.signal, end: () => controller.abort(new DOMException('time is up', 'TimeoutError')) }
  }

  test('resolves with the last good version where there is one, and says so', async () => {
    const waiting = gate(ok('new'))
    await using b = await bench({ '/r': inOrder(ok('old'), waiting) })
    await textOf(b.fetch(b.origin.url('/r')))
    const time = timeout()
    const answer = b.fetch(b.origin.url('/r'), { signal: time.signal })
    await waiting.arrived
    time.end()
    const response = await answer
    expect(await response.text()).toBe('old')
    expect(inspect(response)).toMatchObject({ outcome: 'fallback', error: { name: 'TimeoutError' } })
  })

  test('rejects with its own reason where there is none', async () => {
    const waiting = gate()
    await using b = await bench({ '/r': waiting })
    const time = timeout()
    const failure = failureOf(b.fetch(b.origin.url('/r'), { signal: time.signal }))
    await waiting.arrived
    time.end()
    expect(await failure).toBe(time.signal.reason)
  })

  test('rejects where fallback is off', async () => {
    const waiting = gate()
    await using b = await bench({ '/r': inOrder(ok('old'), waiting) })
    await textOf(b.fetch(b.origin.url('/r')))
    const time = timeout()
    const failure = failureOf(b.fetch(b.origin.url('/r'), { signal: time.signal, holdfast: { fallback: false } }))
    await waiting.arrived
    time.end()
    expect((await failure).name).toBe('TimeoutError')
  })

  test("the platform's own signal does it too, and AbortSignal.any of it", async () => {
    const waiting = gate()
    await using b = await bench({ '/r': inOrder(ok('old'), waiting) })
    await textOf(b.fetch(b.origin.url('/r')))
    const signal = AbortSignal.any([AbortSignal.timeout(30), new AbortController().signal])
    expect(await textOf(b.fetch(b.origin.url('/r'), { signal }))).toBe('old')
  })

  test('any other abort rejects, though a version is stored', async () => {
    const waiting = gate()
    await using b = await bench({ '/r': inOrder(ok('old'), waiting) })
    await textOf(b.fetch(b.origin.url('/r')))
    const controller = new AbortController()
    const failure = failureOf(b.fetch(b.origin.url('/r'), { signal: controller.signal }))
    await waiting.arrived
    controller.abort()
    expect((await failure).name).toBe('AbortError')
  })
})

import { expect, test } from 'vitest'
import { type Events, HoldfastError } from '../../../src/index.ts'
import { gate, ok, status } from '../../helpers/origin/index.ts'
import { given, rejection, seen } from './given.ts'

const EVENTS: (keyof Events)[] = ['lookup', 'verdict', 'attempt', 'progress', 'stored', 'fallback']
const boom = (): never => {
  throw new Error('a mistake of the user')
}

test.each(EVENTS)('a listener of %s that throws disturbs neither the call nor the other listeners', async (event) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', ok('v1'), status(503))
  const heard: unknown[] = []
  const thrown: unknown[] = []
  const note = (error: unknown): void => void thrown.push(error)
  process.on('uncaughtException', note)
  g.fetch.on(event, boom)
  g.fetch.on(event, (told) => heard.push(told))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'v1', outcome: 'miss' })
  await g.clock.advance(1_000)
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'v1', outcome: 'fallback' })
  expect(heard).toEqual(g.told(event))
  process.off('uncaughtException', note)
})

test('shouldRetry that throws: HOOK, once, with what it threw as the cause', async () => {
  await using g = await given()
  g.origin.script('/f', status(503))
  const error = await rejection(g.fetch(g.origin.url('/f'), { holdfast: { retry: { shouldRetry: boom } } }))
  expect(error).toBeInstanceOf(HoldfastError)
  expect(error.code).toBe('HOOK')
  expect(error.cause).toMatchObject({ message: 'a mistake of the user' })
  expect(g.origin.hits()).toBe(1)
})

test('onProgress that throws does not stop the bytes', async () => {
  await using g = await given()
  g.origin.script('/f', ok('fine'))
  expect(await seen(g.fetch(g.origin.url('/f'), { holdfast: { onProgress: boom } }))).toMatchObject({ text: 'fine' })
  expect(g.origin.hits()).toBe(1)
})

test('onProgress is told to the caller that asked, and to no other', async () => {
  await using g = await given()
  const late = gate(ok('fine'))
  g.origin.script('/f', late)
  const mine: number[] = []
  const calls = [
    seen(g.fetch(g.origin.url('/f'), { holdfast: { onProgress: ({ bytes }) => mine.push(bytes) } })),
    seen(g.fetch(g.origin.url('/f'))),
  ]
  await late.arrived
  late.release()
  expect(await Promise.all(calls)).toMatchObject([{ text: 'fine' }, { text: 'fine' }])
  expect(mine.at(-1)).toBe(4)
})

test('a listener that calls the instance again does not hang', async () => {
  await using g = await given({ limits: { concurrency: 1 } })
  g.origin.script('/f', ok('one'))
  g.origin.script('/g', ok('two'))
  const inner = Promise.withResolvers<unknown>()
  const off = g.fetch.on('stored', () => {
    off()
    inner.resolve(seen(g.fetch(g.origin.url('/g'))))
  })
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'one' })
  expect(await inner.promise).toMatchObject({ text: 'two' })
})

test('a rule that throws rejects the calls that it was asked about, and none of the others', async () => {
  await using g = await given({ rules: [{ match: (request) => (request.url.endsWith('/bad') ? boom() : false) }] })
  g.origin.script('/f', ok('fine'))
  const error = await rejection(g.fetch(g.origin.url('/bad')))
  expect([error.code, g.origin.hits()]).toEqual(['HOOK', 0])
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'fine' })
})

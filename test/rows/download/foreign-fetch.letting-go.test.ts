import { expect, test } from 'vitest'
import { rounds, turnUntil } from '../../helpers/turning.ts'
import { given, rejection, seen } from './given.ts'

const URL = 'http://origin.example/f'

/** A body that says `first`, then nothing; `left` counts how often its reader gave it up. */
function silent(first: string, cancel: () => void = () => undefined) {
  let left = 0
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(first)),
    cancel: () => {
      left += 1
      cancel()
    },
  })
  return { body, left: () => left }
}

test('a body of a foreign fetch that fell silent is given up while its read still waits', async () => {
  const { body, left } = silent('half')
  await using g = await given({ fetch: async () => new Response(body), retry: false })
  const error = await turnUntil(g.clock, rejection(g.fetch(URL)))
  expect(error.code).toBe('STALLED')
  await rounds()
  expect(left()).toBe(1)
})

test('one that fails when it is given up spoils nothing: vitest fails a run in which a rejection goes unheard', async () => {
  const { body, left } = silent('never read', () => {
    throw new Error('it does not want to be left')
  })
  const answers = [new Response(body, { status: 302, headers: { Location: '/there' } }), new Response('fine')]
  await using g = await given({ fetch: async () => answers.shift() as Response, retry: false })
  expect(await seen(g.fetch(URL))).toMatchObject({ text: 'fine' })
  await rounds()
  expect(left()).toBe(1)
})

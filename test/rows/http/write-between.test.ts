import { expect, test } from 'vitest'
import { byRequest, type Gate, gate, inOrder, status } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { type Bench, bench, textOf } from '../door/kit.ts'
import { fill, withControl } from './given.ts'

/** The first GET is held at a gate with the old state; a write comes and goes meanwhile. */
async function writtenBetween(): Promise<{ b: Bench; before: Promise<string>; held: Gate }> {
  const held = gate(withControl('old', 'max-age=600'))
  const reads = inOrder(held, withControl('new', 'max-age=600'))
  const b = await bench({ '/r': byRequest((r) => (r.method === 'GET' ? reads : status(204))) })
  const before = fill(b)
  await held.arrived
  await b.clock.advance(1000)
  await textOf(b.fetch(b.origin.url('/r'), { method: 'PUT', body: 'new' }))
  await b.clock.advance(1000)
  return { b, before, held }
}

test('what was asked before the write does not become fresh after it (RFC 9111, 4.4)', async () => {
  const { b, before, held } = await writtenBetween()
  await using _ = b
  held.release()
  expect(await before).toBe('old')
  expect(await fill(b)).toBe('new')
})

test('who asks after his write does not join a question from before it', async () => {
  const { b, before, held } = await writtenBetween()
  await using _ = b
  const after = fill(b)
  await rounds()
  held.release()
  expect([await before, await after]).toEqual(['old', 'new'])
  expect(await fill(b)).toBe('new')
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { another, aPlace, judged, type Place, serve } from './given.ts'

const LEAVE = new URL('./children/leave.ts', import.meta.url).pathname
const PATHS = ['/b/300/a', '/b/300/b', '/b/200000/c']

/** Runs a program whose connection to Redis does not stand before all is done that it had to do. Gives what it said. */
async function left(place: Place, how: string): Promise<string[]> {
  place.line.use({ silence: 'freeze' })
  const urls = PATHS.map((path) => place.origin.url(path))
  const child = spawn(process.execPath, [LEAVE, how, `redis://127.0.0.1:${place.line.port}`, ...urls], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (line === 'all that it had to do') place.line.use({})
  }
  expect((await ended)[0]).toBe(0)
  return said
}

// A program that ends before its first connection to Redis stands, which took longer than the 250 ms of a call.
describeRedis('a short program', () => {
  test.each(['close', 'idle', 'nothing'])('what it wrote behind is there afterwards: %s', async (how) => {
    const place = await aPlace()
    serve(place.origin, PATHS)
    const said = await left(place, how)
    expect(said).toContainEqual(expect.stringContaining('did not answer within 250 ms'))
    expect(said).not.toContainEqual(expect.stringContaining('catch-up'))
    const other = another(place)
    for (const path of PATHS) expect(await judged(other(place.origin.url(path)), path)).toBe('right')
    expect(place.origin.requests().length).toBe(PATHS.length)
  })
})

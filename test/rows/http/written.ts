import type { Init } from '../../../src/index.ts'
import { byRequest, ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, fill } from './given.ts'

// A resource that is read and written: what invalidation is about.

export const kept: Readonly<Record<string, string>> = { 'Cache-Control': 'max-age=600' }
export const reads: Step = byRequest((r, hit) =>
  ok(`${hit} ${r.headers.authorization ?? ''}${r.headers['x-v'] ?? ''}`, { headers: { ...kept, Vary: 'X-V' } }),
)
export const writes = (code: number, headers: Record<string, string> = {}): Step =>
  status(code, headers, code === 204 ? '' : 'written')

/** GETs are answered and kept; every other method gets the step. */
export const resource = (written: Step): Step => byRequest((r) => (r.method === 'GET' || r.method === 'HEAD' ? reads : written))

export async function stocked(written: Step, more: Record<string, Step> = {}): Promise<Bench> {
  const b = await bench({ '/r': resource(written), ...more })
  await fill(b)
  return b
}

/** A second passes before and after: whether two things of one millisecond came in order, a cache cannot know. */
export async function write(b: Bench, init: Init = {}): Promise<Response> {
  await b.clock.advance(1000)
  const response = await b.fetch(b.origin.url('/r'), { method: 'POST', ...init })
  await b.clock.advance(1000)
  return response
}

export const isHit = async (b: Bench, init: Init = {}, path = '/r'): Promise<boolean> =>
  (await ask(b, init, path)).says.hit === true

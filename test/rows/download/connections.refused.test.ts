import { expect, test } from 'vitest'
import { pseudoRandom } from '../../helpers/digest.ts'
import { chunked, cut, ok, type Step } from '../../helpers/origin/index.ts'
import { given } from './given.ts'

const body = pseudoRandom(8_000)
const strong = { etag: '"1"', ranges: true }
const large = Buffer.alloc(32 * 1024 * 1024)

/** A head that says enough, and more behind it than fits into any socket. */
function head(status: number, range: string): Step {
  return async (exchange) => {
    await exchange.head(status, { ETag: '"1"', 'Content-Range': range, 'Content-Length': String(large.length) })
    await exchange.sendAll(large)
  }
}

test.each<[string, [Step, ...Step[]], string]>([
  ['a part that nobody asked for', [head(206, `bytes 0-${large.length - 1}/${large.length}`)], 'whole'],
  ['a part of another body', [cut(body, '50%', strong), head(206, 'bytes 3000-7999/8001')], 'whole'],
  ['a page that says that nothing is missing', [chunked(body, { ...strong, cutAt: '100%' }), head(416, 'bytes */8000')], 'here'],
])('%s is not read, and keeps no connection', async (_, steps, then) => {
  await using g = await given()
  g.origin.script('/f', steps[0], ...steps.slice(1), ok(body, strong))
  expect(await (await g.fetch(g.origin.url('/f'))).bytes()).toEqual(new Uint8Array(body))
  const asked = g.origin.requests('/f')
  expect(asked).toHaveLength(steps.length + (then === 'whole' ? 1 : 0))
  await Promise.all(asked.map(({ ended }) => ended))
})

import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { byRequest, closeDelimited, cut } from '../../helpers/origin/index.ts'
import { inspected } from './given.ts'
import { lives, living, storeOld } from './stored.ts'

// R13: how long the whole is, the first answer and Content-Range have said. A part without a length of its own is proven by its count.
const body = pseudoRandom(200_000)

test.each(lives)('$name: a part that ends with its connection, and is all there', async (life) => {
  await using g = await living(life)
  await storeOld(g, life, '/f')
  const rest = byRequest(({ headers }) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1])
    const fields = { 'Content-Range': `bytes ${from}-199999/200000`, ETag: '"1"' }
    return closeDelimited(body.subarray(from), { status: 206, headers: fields })
  })
  g.origin.script('/f', cut(body, '50%', { etag: '"1"', ranges: true }), rest)
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(sha256(body))
  expect(inspected(response, 'miss').version.proven).toBe(true)
})

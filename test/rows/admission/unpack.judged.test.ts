import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { StandardSchema } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'

// What is judged of a packed file is what its caller gets: its content.
const EUR: StandardSchema<{ EUR: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (Object(value).EUR > 0 ? { value } : { issues: [{ message: 'no EUR' }] }),
  },
}

test('schema and check are asked of the content', async () => {
  await using g = await given({ retry: false, fallback: { cooldown: 0 } })
  const seen: string[] = []
  const check = async (response: Response): Promise<void> => void seen.push(await response.text())
  g.origin.script('/f', inOrder(ok(gzipSync('{"EUR":1}')), ok(gzipSync('{"EUR":2}')), ok(gzipSync('{"EUR":0}'))))
  const read = () => g.fetch.json(g.origin.url('/f'), { holdfast: { unpack: 'gzip', schema: EUR, check } })
  expect([await read(), await read(), await read()]).toEqual([{ EUR: 1 }, { EUR: 2 }, { EUR: 2 }])
  expect(seen).toEqual(['{"EUR":1}', '{"EUR":2}'])
})

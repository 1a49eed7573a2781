import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect, type StandardSchema } from '../../../src/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { gate, inOrder, ok } from '../../helpers/origin/index.ts'
import { given, rejection } from '../download/given.ts'

// A packed file that cannot be read takes no place of one that could, and user code is shown what the caller gets.
const GZIP = { holdfast: { unpack: 'gzip' } } as const
const list = (rows: number): string => `id,value\n${'1,2\n'.repeat(rows)}`
const large = Buffer.from(pseudoRandom(2_000_000).toString('hex'))

const spoilt: [string, string | Buffer, Buffer][] = [
  ['cut', list(9), gzipSync(list(10)).subarray(0, 30)],
  ['cut, and large', large, gzipSync(`${large.toString()}more`).subarray(0, 1_500_000)],
  ['a page of errors', list(9), Buffer.from('<html><body>Back soon</body></html>')],
  ['empty', list(9), Buffer.alloc(0)],
  ['not packed', list(9), Buffer.from(list(10))],
  ['a bomb', list(9), gzipSync(Buffer.alloc(42_000_000))],
]

test.each(spoilt)(
  'a good archive, then one that is %s: the good one, though one version is all that is kept',
  async (_, good, bad) => {
    await using g = await given({ tiers: [sqlite(':memory:')], versions: { keep: 1 }, retry: false, fallback: { cooldown: 0 } })
    g.origin.script('/f', inOrder(ok(gzipSync(good)), ok(bad)))
    await (await g.fetch(g.origin.url('/f'), GZIP)).bytes()
    for (const _again of [1, 2]) {
      const response = await g.fetch(g.origin.url('/f'), GZIP)
      expect(inspect(response)?.outcome).toBe('fallback')
      expect(Buffer.from(good).equals(await response.bytes())).toBe(true)
    }
    const kept = await g.fetch.entry(g.origin.url('/f')).versions()
    expect(kept.map(({ labels }) => labels)).toEqual([['failed'], []])
    expect(g.told('rejected')).toHaveLength(1)
  },
)

test.each([[[GZIP, {}]], [[{}, GZIP]]])(
  'one that cannot be unpacked is refused for who unpacks it: %j at once',
  async (inits) => {
    await using g = await given({ retry: false })
    const held = gate(ok('not packed'))
    g.origin.script('/f', ok(gzipSync('good')), held)
    await g.fetch(g.origin.url('/f'))
    const calls = inits.map(async (init) => (await g.fetch(g.origin.url('/f'), init)).text())
    await held.atLeast(2)
    held.release()
    expect(await Promise.all(calls)).toEqual(inits.map((init) => (init === GZIP ? 'good' : 'not packed')))
  },
)

test('where the guard is off, or the caller wants no fallback, it is BAD_ENCODING', async () => {
  for (const options of [{ guards: { format: 'off' } }, { fallback: false }] as const) {
    await using g = await given({ retry: false, ...options })
    g.origin.script('/f', inOrder(ok(gzipSync('good')), ok(Buffer.from('bad'))))
    await g.fetch(g.origin.url('/f'), GZIP)
    expect((await rejection(g.fetch(g.origin.url('/f'), GZIP))).code).toBe('BAD_ENCODING')
  }
})

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

import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { sha256 } from '../../helpers/digest.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { places } from './places.ts'

const right = `sha256:${sha256('right')}` as const

test.each([
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
] as const)(
  'the first place has a 404, the mirror wrong bytes: the stream that began breaks, it does not hang; %s',
  async (_, tiers) => {
    await using p = await places(status(404, {}, 'no'), ok('wrong'), { tiers: tiers(), delivery: 'streaming', retry: false })
    const holdfast = { sources: [p.other.url('/m')], expect: { digest: right } }
    const response = await p.g.fetch(p.g.origin.url('/f'), { holdfast })
    await expect(response.bytes()).rejects.toMatchObject({ code: 'DIGEST' })
    const whole = await p.g.fetch(p.g.origin.url('/f'), { holdfast: { ...holdfast, delivery: 'whole' } })
    expect([whole.status, await whole.text()]).toEqual([404, 'no'])
  },
)

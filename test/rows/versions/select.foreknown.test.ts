import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { history, places, thrownBy } from './histories.ts'

// What the caller knows of the bytes counts for a version that it names, too: right bytes or no bytes.
const hash = (text: string, form: 'hex' | 'base64'): string => createHash('sha256').update(text).digest(form)

type Said = Omit<Init, 'holdfast'> & { holdfast?: object }

const saying: [string, (text: string) => Said][] = [
  ['init.integrity', (text) => ({ integrity: `sha256-${hash(text, 'base64')}` })],
  ['expect.digest', (text) => ({ holdfast: { expect: { digest: `sha256:${hash(text, 'hex')}` } } })],
  ['expect.size', (text) => ({ holdfast: { expect: { size: text.length } } })],
]

describe.each(places)('over %s', (_, tiers) => {
  test.each(saying)('%s: what is required has to be it, what is preferred is passed by for it', async (_name, known) => {
    await using g = await history(tiers(), { ttl: '30d' })
    await g.brings('one', 'three')
    const [version = ''] = await g.ids()
    const asked = async (text: string, select: object): Promise<string> => {
      const { holdfast, ...init } = known(text)
      return (await g.fetch(g.url, { ...init, holdfast: { ...holdfast, ...select } })).text()
    }
    expect(await asked('one', { require: { version } })).toBe('one')
    expect(await asked('one', { prefer: { version } })).toBe('one')
    expect(await thrownBy(() => asked('three', { require: { version } }))).toMatchObject({ code: 'VERSION_NOT_FOUND' })
    expect(await asked('three', { prefer: { version } })).toBe('three')
    expect(g.origin.hits('/f')).toBe(2)
  })

  test.each(saying)('%s: use reads no other bytes in the place of those that it refused', async (_name, known) => {
    await using g = await history(tiers(), { ttl: '30d' })
    await g.brings('one', 'three')
    const read: string[] = []
    const refusing = async (response: Response): Promise<never> => {
      read.push(await response.text())
      throw new Error('not this one')
    }
    await expect(g.fetch.use(g.url, known('three') as Init, refusing)).rejects.toThrow('not this one')
    expect(read).toEqual(['three'])
  })
})

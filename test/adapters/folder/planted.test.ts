import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { scratch } from '../scratch.ts'
import { everything, onlyValue } from './tree.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const VALUE = Uint8Array.from({ length: 300 }, (_, n) => n % 251)

async function written(key = 'h1:e:a'): Promise<{ dir: string; path: string; whole: Buffer }> {
  const dir = scratch('memory')
  const store = folder(dir)
  await store.set(key, VALUE)
  await store.close()
  const path = onlyValue(dir)
  return { dir, path, whole: readFileSync(path) }
}

describe('folder: what is planted in place of a file', () => {
  test('a link is not followed by reads, and replaced by writes', async () => {
    const { dir, path, whole } = await written()
    const target = join(dir, 'precious')
    writeFileSync(target, whole)
    rmSync(path)
    symlinkSync(target, path)
    const store = folder(dir)
    expect(await store.get('h1:e:a')).toBeUndefined()
    expect(await Array.fromAsync(store.keys(''))).toEqual([])
    await store.set('h1:e:a', bytes(1))
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    rmSync(path)
    symlinkSync(target, path)
    await store.delete(['h1:e:a'])
    expect([everything(dir).some(({ path: each }) => each === path), readFileSync(target).equals(whole)]).toEqual([false, true])
    await store.close()
  })

  test('a folder and a pipe are misses; a write in place of a folder is refused with the cure', async () => {
    const { dir, path } = await written()
    rmSync(path)
    execFileSync('mkfifo', [path])
    const store = folder(dir)
    expect(await store.get('h1:e:a')).toBeUndefined()
    await store.set('h1:e:a', bytes(1))
    rmSync(path)
    mkdirSync(join(path, 'deeper'), { recursive: true })
    expect(await store.get('h1:e:a')).toBeUndefined()
    await store.delete(['h1:e:a'])
    await expect(store.set('h1:e:a', bytes(2))).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/a folder stands where a file should. Remove it/),
    })
    await store.close()
    expect(readdirSync(path)).toEqual(['deeper'])
  })

  test.each(['values', 'bodies', 'leases', 'staging'])(
    'a link in place of the folder of %s leads no write elsewhere',
    async (name) => {
      const dir = scratch('memory')
      const [inside, outside] = [join(dir, 'cache', 'h1'), join(dir, 'outside')]
      mkdirSync(inside, { recursive: true })
      mkdirSync(outside)
      symlinkSync(outside, join(inside, name))
      const store = folder(join(dir, 'cache'))
      const calls: (Promise<unknown> | undefined)[] = [
        store.set('a', bytes(1)),
        store.bodies?.append('b', bytes(1)),
        store.lease?.('c', 1_000),
      ]
      const outcomes = await Promise.allSettled(calls.map(async (call) => call))
      const refused = outcomes
        .filter((outcome) => outcome.status === 'rejected')
        .map(({ reason }) => `${reason.code} ${reason.message}`)
      expect(refused.length).toBeGreaterThan(0)
      for (const message of refused) expect(message).toMatch(/^STORE .*is a link or a file where a folder should be. Remove it/)
      await store.close()
      expect(readdirSync(outside)).toEqual([])
    },
  )

  test('a link in place of a lease is refused, and a file in place of a folder of values too', async () => {
    const { dir, path } = await written()
    const store = folder(dir)
    const lease = await store.lease?.('l', 1_000)
    await lease?.release()
    const [held] = readdirSync(join(dir, 'h1', 'leases'))
    const place = join(dir, 'h1', 'leases', held as string)
    rmSync(place, { recursive: true })
    symlinkSync(dir, place)
    await expect(store.lease?.('l', 1_000)).rejects.toMatchObject({ code: 'STORE', message: expect.stringMatching(/Remove it/) })
    const values = join(path, '..')
    rmSync(values, { recursive: true })
    writeFileSync(values, 'a file')
    expect(await store.get('h1:e:a')).toBeUndefined()
    await expect(folder(dir).set('h1:e:a', VALUE)).rejects.toMatchObject({ code: 'STORE' })
    await store.close()
  })

  test('in place of a body, a link, a folder, a pipe, a file of two names: nothing is read, nothing outside is written', async () => {
    const dir = scratch('memory')
    const bodies = join(dir, 'h1', 'bodies')
    const precious = join(dir, 'precious')
    writeFileSync(precious, 'precious')
    mkdirSync(bodies, { recursive: true })
    symlinkSync(precious, join(bodies, 'link'))
    linkSync(precious, join(bodies, 'twin'))
    mkdirSync(join(bodies, 'folder'))
    execFileSync('mkfifo', [join(bodies, 'pipe')])
    for (const store of [folder(dir, { readOnly: true }), folder(dir)]) {
      for (const id of ['link', 'twin', 'folder', 'pipe']) {
        expect([await store.bodies?.size(id), await store.bodies?.read(id, 0, 9)]).toEqual([undefined, undefined])
        await expect(store.bodies?.append(id, bytes(1))).rejects.toMatchObject({ code: 'STORE' })
      }
      await store.close()
    }
    const store = folder(dir)
    expect(await Array.fromAsync(store.bodies?.ids() ?? [])).toEqual(['twin'])
    await store.bodies?.delete(['link', 'twin', 'folder'])
    expect([readdirSync(bodies).sort(), readFileSync(precious, 'utf8')]).toEqual([['folder', 'pipe'], 'precious'])
    await store.close()
  })
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Store } from '../../src/model/store.ts'
import { startChild } from '../helpers/child.ts'
import { scratch } from './scratch.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

/** How it goes for a user who owns nothing. */
export async function asNobody(kind: 'sqlite' | 'folder', path: string, mode: 'read' | 'write'): Promise<unknown> {
  await using child = startChild(new URL('./children/try-open.ts', import.meta.url), { args: [kind, path, mode] })
  return await child.message()
}

/** A store that is opened with `readOnly` once there is something in it. */
export function testReadOnly(open: (path: string, options?: { readOnly: boolean }) => Store): void {
  test('reads, and takes no writes', async () => {
    const path = join(scratch(), 'cache')
    const writer = open(path)
    await writer.set('h1:e:a', bytes(1))
    await writer.bodies?.append('body', bytes(1, 2))
    const store = open(path, { readOnly: true })
    expect(store.readOnly).toBe(true)
    expect(await store.get('h1:e:a')).toEqual(bytes(1))
    expect(await Array.fromAsync(store.keys('h1:'))).toEqual(['h1:e:a'])
    expect(await store.bodies?.read('body', 0, 9)).toEqual(bytes(1, 2))
    const writes = [
      () => store.set('h1:e:a', bytes(2)),
      () => store.setMany([]),
      () => store.delete(['h1:e:a']),
      () => store.lease?.('l', 1),
      () => store.bodies?.append('body', bytes(3)),
      () => store.bodies?.delete(['body']),
    ]
    for (const write of writes)
      await expect(write()).rejects.toMatchObject({ code: 'STORE', message: expect.stringContaining('readOnly') })
    await writer.set('h1:e:b', bytes(2))
    expect(await store.get('h1:e:b')).toEqual(bytes(2))
    await store.close()
    expect(await writer.get('h1:e:a')).toEqual(bytes(1))
    await writer.close()
  })
}

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { startChild } from '../../helpers/child.ts'
import { plugNPlay } from '../../helpers/plug-n-play.ts'
import { asNobody, testReadOnly } from '../permissions.ts'
import { scratch } from '../scratch.ts'
import { everything, onlyValue } from './tree.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

describe('folder: options', () => {
  test.each<[() => unknown, RegExp]>([
    [() => folder(''), /"" is no path/],
    [() => folder(undefined as unknown as string), /is no path/],
    [() => folder('x', { maxSize: 1 } as object), /no option "maxSize".*maxBytes, readOnly/],
    [() => folder('x', { maxBytes: 'many' }), /folder\.maxBytes.*many/],
    [() => folder('x', { maxBytes: 0 }), /folder\.maxBytes/],
    [() => folder('x', { readOnly: 1 as unknown as boolean }), /folder\.readOnly: 1 is neither true nor false/],
  ])('%s is refused with its name', (make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})

test("folder: in Yarn's Plug'n'Play, whose files have no sync(), values are kept", async () => {
  using _ = await plugNPlay()
  const store = folder(join(scratch(), 'cache'))
  await store.set('a', bytes(1))
  expect(await store.get('a')).toEqual(bytes(1))
  await store.close()
})

describe('folder: what cannot be opened is refused, by path and with the cure', () => {
  test.each([
    ['a file', 'plain'],
    ['a folder below a file', 'plain/deeper/cache'],
  ])('%s, until it is out of the way', async (_what, path) => {
    const dir = scratch()
    writeFileSync(join(dir, 'plain'), 'precious')
    const store = folder(join(dir, path))
    const message = expect.stringMatching(/file and no folder. Choose another path, or remove it/)
    for (const call of [
      () => store.open(),
      () => store.get('a'),
      () => store.set('a', bytes(1)),
      () => store.bodies?.append('a', bytes(1)),
      () => store.lease?.('a', 1),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'STORE', message })
      await expect(call()).rejects.toThrow(join(dir, path))
    }
    rmSync(join(dir, 'plain'))
    await store.set('a', bytes(1))
    expect(await store.get('a')).toEqual(bytes(1))
    await store.close()
  })

  test('without the right to write, without the right to read', async () => {
    const dir = scratch()
    chmodSync(dir, 0o755)
    const store = folder(join(dir, 'cache'))
    await store.set('h1:e:a', bytes(1))
    await store.close()
    const write = { code: 'STORE', message: expect.stringMatching(/it cannot be written \(EACCES\).*readOnly: true/) }
    expect(await asNobody('folder', join(dir, 'new'), 'write')).toMatchObject(write)
    expect(await asNobody('folder', join(dir, 'cache'), 'write')).toMatchObject(write)
    const read = { code: 'STORE', message: expect.stringMatching(/it cannot be read \(EACCES\)/) }
    expect(await asNobody('folder', join(dir, 'cache'), 'read')).toMatchObject(read)
    for (const { path, isFile } of everything(join(dir, 'cache'))) chmodSync(path, isFile ? 0o644 : 0o755)
    chmodSync(join(dir, 'cache'), 0o755)
    expect(await asNobody('folder', join(dir, 'cache'), 'write')).toMatchObject(write)
    expect(await asNobody('folder', join(dir, 'cache'), 'read')).toEqual({ value: [1] })
    chmodSync(onlyValue(dir), 0o200)
    expect(await asNobody('folder', join(dir, 'cache'), 'read'), 'one file alone').toMatchObject({
      code: 'STORE',
      message: expect.stringMatching(/reading failed: this user may not/),
    })
  })
})

describe('folder: readOnly', () => {
  testReadOnly(folder)

  test('makes nothing, marks nothing, removes nothing that is damaged', async () => {
    const dir = scratch()
    const missing = folder(join(dir, 'cache'), { readOnly: true })
    await expect(missing.get('a')).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('there is no such folder'),
    })
    expect(readdirSync(dir)).toEqual([])
    mkdirSync(join(dir, 'cache'))
    expect([await missing.get('a'), await Array.fromAsync(missing.keys(''))], 'an empty one').toEqual([undefined, []])
    await missing.close()
    expect(existsSync(join(dir, 'cache', 'h1'))).toBe(false)
    const writer = folder(dir)
    await writer.set('a', bytes(1))
    await writer.close()
    const path = onlyValue(dir)
    writeFileSync(path, 'hfv1')
    const before = JSON.stringify(everything(dir))
    const store = folder(dir, { readOnly: true })
    expect(await store.get('a')).toBeUndefined()
    await store.close()
    expect(JSON.stringify(everything(dir))).toBe(before)
  })
})

test("folder: Node's permission model, which knows no times of an open file, is no reason to lose a write", async () => {
  const dir = scratch()
  const nodeFlags = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${dir}`]
  await using child = startChild(new URL('./children/permitted.ts', import.meta.url), { args: [join(dir, 'cache')], nodeFlags })
  const there = ['h1:e:a', 'h1:v:a:1', 'h1:s:a', 'h1:t:a', 'h1:c:body:0']
  expect(await child.message()).toEqual({ there, size: 70_000 })
})

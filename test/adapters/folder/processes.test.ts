import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { type Child, startChild } from '../../helpers/child.ts'
import { scratch } from '../scratch.ts'
import { bytesIn, halfWritten, untilStopped } from './tree.ts'

const script = (name: string): URL => new URL(`./children/${name}`, import.meta.url)
const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

async function writers(dir: string, ...options: string[]): Promise<void> {
  const children = ['p0', 'p1', 'p2', 'p3'].map((name) => startChild(script('write-many.ts'), { args: [dir, name, ...options] }))
  try {
    expect(await Promise.all(children.map((child) => child.message<number>()))).toEqual(children.map(() => Number(options[0])))
    await Promise.all(children.map((child) => child.exit))
  } finally {
    await Promise.all(children.map((child) => child[Symbol.asyncDispose]()))
  }
}

describe('folder: several processes', () => {
  test('4 processes write 90 values each: what was acknowledged is there', async () => {
    const dir = scratch('memory')
    await writers(dir, '90')
    const store = folder(dir)
    for (const name of ['p0', 'p1', 'p2', 'p3']) {
      const values = await store.getMany(Array.from({ length: 90 }, (_, n) => `h1:e:${name}-${n}`))
      expect(values.map((value) => value?.[9_999])).toEqual(Array.from({ length: 90 }, (_, n) => n))
    }
    await store.close()
    expect(readdirSync(join(dir, 'h1', 'staging'))).toEqual([])
  })

  test('4 processes within one bound: what they hold together never outgrows it, and is right', async () => {
    const dir = scratch('memory')
    const most = { bytes: 0 }
    const watch = setInterval(() => {
      most.bytes = Math.max(most.bytes, existsSync(dir) ? sizeWhile(dir) : 0)
    }, 5)
    try {
      await writers(dir, '90', '1MB')
    } finally {
      clearInterval(watch)
    }
    expect(bytesIn(dir)).toBeLessThanOrEqual(1024 * 1024)
    expect(bytesIn(dir)).toBeGreaterThan(512 * 1024)
    expect(most.bytes).toBeLessThanOrEqual(1024 * 1024)
    const store = folder(dir)
    for await (const key of store.keys('')) {
      const value = await store.get(key)
      expect(value?.every((byte) => byte === Number(key.split('-')[1]))).toBe(true)
    }
    await store.close()
  })

  test('an open store keeps none alive, and a write that was called is done before it ends', async () => {
    const dir = scratch()
    await using child = startChild(script('write-and-leave.ts'), { args: [dir] })
    await child.message()
    child.send('write')
    expect(await child.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
    const store = folder(dir)
    expect(await store.get('h1:e:left')).toEqual(bytes(7))
    await store.close()
  })
})

/** What goes while it is looked at is not counted. */
function sizeWhile(dir: string): number {
  try {
    return bytesIn(dir)
  } catch {
    return 0
  }
}

/** A process that has stopped with a file half written. */
async function stopped(dir: string): Promise<Child> {
  const child = startChild(script('signal-at.ts'), { args: [dir, '2', 'SIGSTOP', 'many', 'datasync'] })
  expect(await child.line()).toBe('now')
  await untilStopped(child)
  return child
}

describe('folder: what the dead have left half written', () => {
  test('a living writer, also one that is stopped, keeps its own; that of a dead one is removed by the next who opens', async () => {
    const dir = scratch('memory')
    await using living = await stopped(dir)
    const kept = halfWritten(dir)
    expect(kept.length).toBeGreaterThan(0)
    await using dead = await stopped(dir)
    expect(halfWritten(dir).length).toBeGreaterThan(kept.length)
    dead.kill('SIGKILL')
    await dead.exit
    const store = folder(dir)
    await store.open()
    await store.close()
    expect(halfWritten(dir)).toEqual(kept)
    living.kill('SIGCONT')
    expect(await living.message()).toBe('done')
  })

  test('another machine is asked by time alone, a number that was given again by when it began, and strangers stay', async () => {
    const dir = scratch('memory')
    const first = folder(dir)
    await first.set('a', bytes(1))
    const staging = join(dir, 'h1', 'staging')
    const [own] = readdirSync(staging)
    const [tag, pid, began] = (own as string).split('-') as [string, string, string]
    const names = ['not-ours', `${tag}-${pid}-${Number(began) + 1}`, `0123456789ab-${pid}-5`, 'ba9876543210-1-5']
    for (const name of names) {
      mkdirSync(join(staging, name))
      writeFileSync(join(staging, name, `${name}.x.tmp`), 'half')
    }
    const old = statSync(staging).mtimeMs / 1000 - 2 * 24 * 3_600
    for (const name of ['ba9876543210-1-5', 'not-ours']) utimesSync(join(staging, name), old, old)
    const second = folder(dir)
    await second.open()
    await second.close()
    expect(readdirSync(staging).sort()).toEqual([names[2], names[0]])
    await first.set('b', bytes(2))
    await first.close()
  })
})

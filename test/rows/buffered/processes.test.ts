import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Child, startChild } from '../../helpers/child.ts'
import { hasRedis, startRedis } from '../../helpers/redis.ts'
import type { Order } from './children/worker.ts'

interface Shared {
  readonly args: readonly string[]
  end(): Promise<void>
}

interface Answer<T> {
  readonly result: T
  readonly runs: number
  readonly error?: string
}

type Rich = { by: number; run: number; at: number; big: string; bytes: number[]; has: boolean }

const WORKER = new URL('./children/worker.ts', import.meta.url)

async function overRedis(): Promise<Shared> {
  const server = await startRedis()
  return { args: ['redis', server.url], end: async () => server[Symbol.asyncDispose]() }
}

const inFiles =
  (how: 'sqlite' | 'folder'): (() => Promise<Shared>) =>
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-rows-'))
    return { args: [how, join(dir, 'cache')], end: async () => rmSync(dir, { recursive: true, force: true }) }
  }

describe('two processes over one SQLite file (D26)', () => {
  rows(inFiles('sqlite'))
})
describe('two processes over one folder (D26)', () => {
  rows(inFiles('folder'))
})
describe.skipIf(!hasRedis())('two processes over one Redis (D16, D23, D26)', () => {
  rows(overRedis)
})

function rows(place: () => Promise<Shared>): void {
  let shared: Shared
  let children: Child[] = []

  beforeAll(async () => {
    shared = await place()
    children = [0, 1].map(() => startChild(WORKER, { args: shared.args }))
    for (const child of children) expect(await child.message<string>()).toBe('ready')
  })

  afterAll(async () => {
    await Promise.all(children.map((child) => child[Symbol.asyncDispose]()))
    await shared.end()
  })

  async function ask<T>(child: Child | undefined, order: Order): Promise<Answer<T>> {
    child?.send(order)
    return (await child?.message<Answer<T>>()) as Answer<T>
  }

  test('what one has, the other runs not at all, and rich values come back as they were', async () => {
    const [one, two] = children
    const first = await ask<Rich>(one, { do: 'rich', id: 'a' })
    expect(first).toMatchObject({ runs: 1, result: { by: one?.pid, at: 7, big: String(2n ** 70n), bytes: [1, 2], has: true } })
    expect(await ask<Rich>(two, { do: 'rich', id: 'a' })).toEqual({ ...first, runs: 0 })
    expect(await ask<Rich>(two, { do: 'rich', id: 'b' })).toMatchObject({ runs: 1, result: { by: two?.pid } })
  })

  test('instanceKey names an object in both', async () => {
    const [one, two] = children
    expect(await ask(one, { do: 'me', id: 'ann' })).toEqual({ result: `ann by ${one?.pid}`, runs: 1 })
    expect(await ask(two, { do: 'me', id: 'ann' })).toEqual({ result: `ann by ${one?.pid}`, runs: 0 })
    expect(await ask(two, { do: 'me', id: 'bob' })).toEqual({ result: `bob by ${two?.pid}`, runs: 1 })
  })

  test('both at once: nobody waits for the other, nothing is lost, and then both have the same', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `id ${n}`)
    const both = await Promise.all(children.map((child) => ask<{ id: string; by: number }[]>(child, { do: 'many', ids })))
    for (const { result } of both) expect(result.map(({ id }) => id)).toEqual(ids)
    await using third = startChild(WORKER, { args: shared.args })
    expect(await third.message<string>()).toBe('ready')
    expect(await ask(third, { do: 'many', ids })).toMatchObject({ runs: 0 })
  })

  test('what one makes stale by its tag, the other runs again', async () => {
    const [one, two] = children
    const before = await ask<Rich>(one, { do: 'rich', id: 'tagged' })
    expect(await ask<Rich>(two, { do: 'rich', id: 'tagged' })).toEqual({ ...before, runs: 0 })
    await ask(one, { do: 'invalidate', id: '' })
    const after = await ask<Rich>(one, { do: 'rich', id: 'tagged' })
    expect(after).toMatchObject({ runs: 1, result: { run: before.result.run + 1 } })
    // What others say reaches memory within a second or so, behind a hit.
    const until = performance.now() + 10_000
    let seen = before.result.run
    while (seen === before.result.run && performance.now() < until)
      seen = (await ask<Rich>(two, { do: 'rich', id: 'tagged' })).result.run
    expect(seen).toBe(after.result.run)
  })
}

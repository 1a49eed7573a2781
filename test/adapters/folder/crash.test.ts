import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import type { Store } from '../../../src/model/store.ts'
import { startChild } from '../../helpers/child.ts'
import { scratch } from '../scratch.ts'
import { everything, untilStopped } from './tree.ts'

const [OLD, NEW] = [new Uint8Array(5_000).fill(1), new Uint8Array(9_000).fill(9)]
const KEYS = ['h1:v:a', 'h1:e:a'] as const

/** Children under way at once. */
const ABREAST = 3

const isOf = (value: Uint8Array | undefined, expected: Uint8Array): boolean =>
  value !== undefined && Buffer.compare(value, expected) === 0

async function prepared(): Promise<string> {
  const dir = scratch('memory')
  const store = folder(dir)
  await store.setMany(KEYS.map((key) => ({ key, value: OLD })))
  await store.bodies?.append('body', OLD)
  await store.close()
  return dir
}

function child(dir: string, n: number, signal: NodeJS.Signals, what: string) {
  return startChild(new URL('./children/signal-at.ts', import.meta.url), { args: [dir, `${n}`, signal, what] })
}

/** Does it for n = 1, 2, 3 … until a run is through without it. Gives how many were not. */
async function forEach(run: (n: number) => Promise<'struck' | 'through'>): Promise<number> {
  for (let n = 1; ; n += ABREAST) {
    const outcomes = await Promise.all(Array.from({ length: ABREAST }, (_, next) => run(n + next)))
    const through = outcomes.indexOf('through')
    if (through >= 0) return n + through - 1
  }
}

async function killedAt(
  what: string,
  n: number,
  check: (store: Store, outcome: string) => Promise<void>,
): Promise<'struck' | 'through'> {
  const dir = await prepared()
  await using victim = child(dir, n, 'SIGKILL', what)
  const { signal } = await victim.exit
  const outcome = signal === 'SIGKILL' ? 'struck' : 'through'
  const store = folder(dir)
  await check(store, outcome)
  expect((await store.getMany(['h1:e:other', ...KEYS]))[0]).toBeUndefined()
  await store.set('h1:e:other', OLD)
  await store.close()
  expect(readdirSync(join(dir, 'h1', 'staging')), `after change ${n} of ${what}`).toEqual([])
  expect(everything(dir).filter(({ name }) => name.endsWith('.tmp'))).toEqual([])
  return outcome
}

test('killed before the n-th change of a file, for each n: a value is the old one or the new one, and no leftover stays', async () => {
  for (const what of ['set', 'many']) {
    const struck = await forEach((n) =>
      killedAt(what, n, async (store, outcome) => {
        const [version, entry] = await store.getMany([...KEYS])
        expect(isOf(entry, NEW) || (outcome === 'struck' && isOf(entry, OLD)), `entry after change ${n}`).toBe(true)
        expect(isOf(version, OLD) || (what === 'many' && isOf(version, NEW))).toBe(true)
        // In the order given: what names comes after what is named.
        if (what === 'many' && isOf(entry, NEW)) expect(isOf(version, NEW)).toBe(true)
      }),
    )
    expect(struck).toBeGreaterThan(8)
  }
})

test('killed in an append: the body has its old length or the new one, and goes on from there', async () => {
  const struck = await forEach((n) =>
    killedAt('body', n, async (store, outcome) => {
      const size = await store.bodies?.size('body')
      if (size !== OLD.length) expect([outcome, size]).toEqual([size === undefined ? '' : outcome, OLD.length + NEW.length])
      await store.bodies?.append('body', OLD)
      const whole = Buffer.concat(size === OLD.length ? [OLD, OLD] : [OLD, NEW, OLD])
      expect(isOf(await store.bodies?.read('body', 0, 1e6), whole)).toBe(true)
    }),
  )
  expect(struck).toBeGreaterThan(3)
})

test.each(['set', 'delete'])(
  'a lease holder that is stopped (SIGSTOP) before the n-th change of a fenced %s and wakes up too late changes nothing, for each n',
  { timeout: 60_000 },
  async (what) => {
    const codes: unknown[] = []
    await forEach(async (n) => {
      const dir = await prepared()
      await using late = child(dir, n, 'SIGSTOP', what)
      const outcome = late.message()
      const first = await Promise.race([late.line(), outcome])
      if (first !== 'now') return 'through'
      await untilStopped(late)
      const store = folder(dir)
      const next = await untilGranted(store)
      await store.set('h1:e:a', OLD, { fence: next })
      late.kill('SIGCONT')
      codes.push(await outcome)
      expect(isOf(await store.get('h1:e:a'), OLD), `after change ${n}`).toBe(true)
      await store.close()
      expect((await late.exit).stderr).toBe('')
      expect(
        everything(dir).filter(({ name }) => name.endsWith('.tmp')),
        'the new holder threw it away',
      ).toEqual([])
      return 'struck'
    })
    expect(codes).toContain('FENCED')
    // Where it was stopped with the file in its place already.
    expect(codes.filter((code) => code !== 'FENCED' && code !== 'done')).toEqual([])
  },
)

async function untilGranted(store: Store): Promise<NonNullable<Awaited<ReturnType<NonNullable<Store['lease']>>>>> {
  for (;;) {
    const lease = await store.lease?.('lease', 60_000)
    if (lease !== undefined) return lease
  }
}

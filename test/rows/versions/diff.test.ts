import { describe, expect, test } from 'vitest'
import type { Difference } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { type History, history, places, thrownBy } from './histories.ts'

// What changed between two versions: pointers in JSON, rows in CSV, lines in text, digests in the rest.
async function ids(g: History, type: string | undefined, bodies: (string | Uint8Array)[]): Promise<[string, string]> {
  for (const body of bodies) {
    g.origin.script('/f', ok(body, type === undefined ? {} : { headers: { 'Content-Type': type } }))
    // Where a test is about what does not parse, admission shall not get in its way.
    await seen(g.fetch(g.url, { cache: 'reload', holdfast: { guards: false } }))
  }
  const [from = '', to = ''] = await g.ids()
  return [from, to]
}

async function diffOf(type: string | undefined, from: string | Uint8Array, to: string | Uint8Array): Promise<Difference> {
  await using g = await history(places[0]?.[1]() ?? [])
  return await g.entry.diff(...(await ids(g, type, [from, to])))
}

async function json(from: unknown, to: unknown): Promise<{ pointer: string; from?: unknown; to?: unknown }[]> {
  const difference = await diffOf('application/json', JSON.stringify(from), JSON.stringify(to))
  if (difference.kind !== 'json') throw new Error(`the kind is ${difference.kind}`)
  return difference.changes.toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1))
}

const JSON_CASES: [string, unknown, unknown, object[]][] = [
  ['a value', { a: 1, b: 2 }, { a: 1, b: 3 }, [{ pointer: '/b', from: 2, to: 3 }]],
  ['a member that is new', { a: 1 }, { a: 1, b: null }, [{ pointer: '/b', to: null }]],
  ['a member that is gone', { a: 1, b: null }, { a: 1 }, [{ pointer: '/b', from: null }]],
  ['deep inside', { a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, [{ pointer: '/a/b/0/c', from: 1, to: 2 }]],
  ['an item more', { l: [1, 2] }, { l: [1, 2, 3] }, [{ pointer: '/l/2', to: 3 }]],
  ['an item less', { l: [1, 2, 3] }, { l: [1, 2] }, [{ pointer: '/l/2', from: 3 }]],
  ['nested lists', [[1, 2], [3]], [[1, 9], [3]], [{ pointer: '/0/1', from: 2, to: 9 }]],
  [
    'names with / and ~ and nothing',
    { 'a/b': 1, 'm~n': 1, '': 1, '~1': 1 },
    { 'a/b': 2, 'm~n': 2, '': 2, '~1': 2 },
    [
      { pointer: '/', from: 1, to: 2 },
      { pointer: '/a~1b', from: 1, to: 2 },
      { pointer: '/m~0n', from: 1, to: 2 },
      { pointer: '/~01', from: 1, to: 2 },
    ],
  ],
  ['another type', { a: [1] }, { a: { 0: 1 } }, [{ pointer: '/a', from: [1], to: { 0: 1 } }]],
  ['an object for null', { a: null }, { a: {} }, [{ pointer: '/a', from: null, to: {} }]],
  ['the whole', 1, 'x', [{ pointer: '', from: 1, to: 'x' }]],
  ['a list for an object at the top', {}, [], [{ pointer: '', from: {}, to: [] }]],
  ['the order of members', { a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }, []],
  [
    'names that objects have by themselves',
    { x: 1 },
    { x: 1, constructor: 1, toString: 2 },
    [
      { pointer: '/constructor', to: 1 },
      { pointer: '/toString', to: 2 },
    ],
  ],
]

test.each(JSON_CASES)('JSON: %s', async (_, from, to, changes) => {
  expect(await json(from, to)).toStrictEqual(changes)
})

test('JSON: __proto__ is a name as any other', async () => {
  const difference = await diffOf('application/json', '{"a":1}', '{"a":1,"__proto__":{"polluted":true}}')
  expect(difference).toEqual({ kind: 'json', changes: [{ pointer: '/__proto__', to: { polluted: true } }] })
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test.each(['application/json; charset=utf-8', 'application/problem+json', 'APPLICATION/JSON'])('%s is JSON', async (type) => {
  expect(await diffOf(type, '{"a":1}', '{"a":2}')).toEqual({ kind: 'json', changes: [{ pointer: '/a', from: 1, to: 2 }] })
})

test('JSON of which one side does not parse: an answer of another kind, no crash', async () => {
  expect(['text', 'bytes']).toContain((await diffOf('application/json', '{"a":1}', '{"a":')).kind)
})

test('JSON, ten thousand levels deep: no overflow of the stack', async () => {
  const deep = (leaf: number): string => `${'['.repeat(10_000)}${leaf}${']'.repeat(10_000)}`
  const difference = await diffOf('application/json', deep(1), deep(2))
  expect(difference.kind).toBeTypeOf('string')
})

const ROWS: [string, string, string, string[], string[]][] = [
  ['a row more, one less, one changed', 'id,n\n1,a\n2,b\n3,c\n', 'id,n\n1,a\n3,x\n4,d\n', ['3,x', '4,d'], ['2,b', '3,c']],
  ['the order of rows', 'id,n\n1,a\n2,b\n', 'id,n\n2,b\n1,a\n', [], []],
  ['a row twice, then once', 'id,n\n1,a\n1,a\n', 'id,n\n1,a\n', [], ['1,a']],
  ['no line end at the end', 'id,n\n1,a\n', 'id,n\n1,a\n2,b', ['2,b'], []],
  ['a line end inside quotes', 'id,n\n1,"a\nb"\n2,c\n', 'id,n\n1,"a\nx"\n2,c\n', ['1,"a\nx"'], ['1,"a\nb"']],
  ['nothing at all before', '', 'id\n1\n', ['1', 'id'], []],
]

test.each(ROWS)('CSV: %s', async (_, from, to, added, removed) => {
  const difference = await diffOf('text/csv', from, to)
  if (difference.kind !== 'rows') throw new Error(`the kind is ${difference.kind}`)
  expect([difference.added.toSorted(), difference.removed.toSorted()]).toEqual([added, removed])
})

test('text: the lines that are new and those that are gone', async () => {
  const from = 'the first\nthe second\nthe third\n'
  const to = 'the first\nanother\nthe third\n'
  expect(await diffOf('text/plain; charset=utf-8', from, to)).toEqual({
    kind: 'text',
    added: ['another'],
    removed: ['the second'],
  })
})

test('text of another charset: its letters, not its bytes', async () => {
  const line = (word: string): Buffer => Buffer.from(`${word}\n`, 'latin1')
  const difference = await diffOf('text/plain; charset=iso-8859-1', line('caf\xe9'), line('th\xe9'))
  expect(difference).toEqual({ kind: 'text', added: ['thé'], removed: ['café'] })
})

describe.each(places)('over %s', (_, tiers) => {
  test('the rest: sizes and digests of both, as the versions have them', async () => {
    await using g = await history(tiers())
    const [from, to] = await ids(g, 'application/octet-stream', [Buffer.from([1, 2, 3]), Buffer.from([0, 255])])
    const [second, first] = await g.entry.versions()
    expect(await g.entry.diff(from, to)).toEqual({
      kind: 'bytes',
      from: { size: 3, digest: first?.digest },
      to: { size: 2, digest: second?.digest },
    })
    expect(await g.entry.diff(to, from)).toMatchObject({ from: { size: 2 }, to: { size: 3 } })
  })

  test('an id that is not there, on either side: VERSION_NOT_FOUND, no request', async () => {
    await using g = await history(tiers())
    const [from, to] = await ids(g, 'text/plain', ['a', 'b'])
    for (const [a, b] of [
      [from, 'x'],
      ['x', to],
      ['x', 'x'],
    ] as const) {
      expect((await thrownBy(() => g.entry.diff(a, b))).code).toBe('VERSION_NOT_FOUND')
    }
    expect(g.origin.hits('/f')).toBe(2)
  })

  test('a version against itself: nothing changed', async () => {
    await using g = await history(tiers())
    const [from] = await ids(g, 'application/json', ['{"a":1}'])
    expect(await g.entry.diff(from, from)).toEqual({ kind: 'json', changes: [] })
  })
})

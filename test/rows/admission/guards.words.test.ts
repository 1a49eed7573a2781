import { expect, test } from 'vitest'
import { given } from '../download/given.ts'
import { ask, csv, json, later } from './judging.ts'

const keyed = (...keys: string[]): Record<string, number> => Object.fromEntries(keys.map((key, n) => [key, n]))
const six = ['a', 'b', 'c', 'd', 'e', 'f']
const wide = 'x'.repeat(81)

test.each([
  ['one key more', json(keyed('a')), json(keyed('a', 'b')), 'its keys have changed: with "b"'],
  ['one key less', json(keyed('a', 'b')), json(keyed('b')), 'its keys have changed: without "a"'],
  ['both', json(keyed('a', 'b')), json(keyed('b', 'c')), 'its keys have changed: without "a" with "c"'],
  ['five', json(keyed(...six)), json(keyed('f')), 'its keys have changed: without "a", "b", "c", "d", "e"'],
  ['six', json(keyed(...six)), json(keyed('g')), 'its keys have changed: without "a", "b", "c", "d", "e", … with "g"'],
  ['a list of objects', json([keyed('a')]), json(keyed('a')), 'it is an object, and was a list of objects'],
  ['a list', json(keyed('a')), json([1]), 'it is a list, and was an object'],
  ['null', json(keyed('a')), json('null'), 'it is null, and was an object'],
  ['a word', json(keyed('a')), json('"a"'), 'it is a string, and was an object'],
  ['80 letters', csv(`${wide.slice(1)}\n1\n`), csv('b\n1\n'), `its header is "b", and was "${wide.slice(1)}"`],
  ['81 letters', csv(`${wide}\n1\n`), csv('b\n1\n'), `its header is "b", and was "${wide.slice(1)}…"`],
])('what the guard of the shape says: %s', async (_, before, now, says) => {
  await using g = await given({ guards: { shape: 'warn', shrink: 'off', format: 'off' } })
  g.origin.script('/f', before, now)
  await ask(g)
  await later(g)
  await ask(g)
  expect(g.told('warning').map(({ warning }) => warning)).toEqual([`guard 'shape': ${says}`])
})

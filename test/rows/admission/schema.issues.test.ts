import { expect, test } from 'vitest'
import { given, rejection } from '../download/given.ts'
import { json, schemaOf } from './judging.ts'

const many = (count: number): unknown => ({
  issues: Array.from({ length: count }, (_, n) => ({ message: `issue ${n + 1}`, path: ['rows', { key: n }] })),
})

test.each([
  [1, 'schema: rows.0: issue 1'],
  [3, 'schema: rows.0: issue 1; rows.1: issue 2; rows.2: issue 3'],
  [4, 'schema: rows.0: issue 1; rows.1: issue 2; rows.2: issue 3'],
])('of %i issues the first three are told, each with its path', async (count, told) => {
  await using g = await given({ schema: schemaOf(() => many(count)) })
  g.origin.script('/f', json({}))
  const error = await rejection(g.fetch(g.origin.url('/f')))
  expect(error.code).toBe('REJECTED')
  expect(error.message).toContain(told)
  expect(error.message).not.toContain('issue 4')
})

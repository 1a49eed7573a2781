import { expect, test } from 'vitest'
import { answers } from './walk/answers.ts'
import { fallbacks } from './walk/fallbacks.ts'
import { passing } from './walk/passing.ts'
import { walked } from './walk/row.ts'

test.each(Object.entries({ ...answers, ...fallbacks, ...passing }))('%s', async (_, row) => {
  const { answer, inspected, cacheStatus, events } = await walked(row)
  expect({ answer, cacheStatus, events }).toEqual({
    answer: row.told.answer,
    cacheStatus: row.told.cacheStatus,
    events: row.told.events,
  })
  expect(inspected).toMatchObject(row.told.inspected ?? {})
})

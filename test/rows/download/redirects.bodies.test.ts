import { expect, test } from 'vitest'
import { echo, redirect, startOrigin } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'

// H11: what was meant for one origin is not sent to another.
test.each([307, 308])('%i of a POST to another origin: the body stays where it was meant to be', async (code) => {
  await using g = await given()
  await using other = await startOrigin()
  other.script('/f', echo())
  g.origin.script('/f', redirect(other.url('/f'), code))
  const answer = await seen(g.fetch(g.origin.url('/f'), { method: 'POST', body: 'canary' }))
  expect(other.requests().map((request) => request.body.toString())).not.toContain('canary')
  expect(answer).toMatchObject({ rejected: 'REDIRECT' })
  expect(g.origin.hits()).toBe(1)
})

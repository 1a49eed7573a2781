import { expect, onTestFinished, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { startChild } from '../../helpers/child.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anOrigin } from '../stores/given.ts'
import { aFile } from './histories.ts'

test('a program that only waits for news lives until it comes, and ends then', { timeout: 60_000 }, async () => {
  const [origin, file] = [await anOrigin(), aFile()]
  const url = origin.url('/f')
  const child = startChild(new URL('./children/watching.ts', import.meta.url), { args: [file, url] })
  onTestFinished(() => child[Symbol.asyncDispose]())
  expect(await child.line()).toBe('watching')
  await using fetch = createCachedFetch({ tiers: [sqlite(file)] })
  // What it found at its beginning is no news to it, and nobody else can tell when it has looked.
  let size = 0
  const storing = setInterval(() => {
    origin.script('/f', ok('x'.repeat(++size)))
    void fetch(url, { cache: 'reload' }).catch(() => undefined)
  }, 200)
  onTestFinished(() => clearInterval(storing))
  expect(await child.exit).toMatchObject({ code: 0, stdout: expect.stringMatching(/^watching\n\d+\n$/), stderr: '' })
})

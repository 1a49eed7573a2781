import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect } from '../../../src/index.ts'
import { type Child, startChild } from '../../helpers/child.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { gate, gatedBody, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got } from './given.ts'

const CLIENT = new URL('./children/client.ts', import.meta.url)
const FRESH = { headers: { 'cache-control': 'max-age=3600' } }

interface Answer {
  digest?: string
  outcome?: string
  error?: string
}

async function aClient(file: string): Promise<Child> {
  const child = startChild(CLIENT, { args: [file] })
  onTestFinished(() => child[Symbol.asyncDispose]())
  expect(await child.message<string>()).toBe('ready')
  return child
}

/** Looks again and again, until it is so or the test runs out of time. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('killed in mid-download: the next run goes on where it was, with right bytes and no half body (B77, P01)', async () => {
  const [origin, file, body] = [await anOrigin(), join(folder(), 'cache.db'), pseudoRandom(9_000_123, 'big')]
  const middle = gatedBody(body, 7_000_000, { etag: '"1"' })
  origin.script('/f', middle, ok(body, { etag: '"1"', ranges: true }))
  const victim = await aClient(file)
  victim.send(origin.url('/f'))
  const bodies = `${file}.bodies`
  await until(() => existsSync(bodies) && readdirSync(bodies).some((name) => statSync(join(bodies, name)).size > 6_000_000))
  victim.kill('SIGKILL')
  await victim.exit

  const fetch = anInstance({ tiers: [memory({ maxEntryBytes: '64KB' }), sqlite(file)] })
  expect(await fetch.cache.has(origin.url('/f'))).toBe(false)
  const response = await fetch(origin.url('/f'))
  expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(body))
  const [, second] = origin.requests('/f')
  // Five or six whole chunks were at rest, by where in a write the kill came.
  expect(second?.headers).toMatchObject({ range: expect.stringMatching(/^bytes=(5241856|6290432)-$/), 'if-range': '"1"' })
  expect(readdirSync(bodies)).toHaveLength(1)
})

test('killed while a version is being replaced: the old one is still served when the origin is gone', async () => {
  const [origin, file, body] = [await anOrigin(), join(folder(), 'cache.db'), pseudoRandom(5_000_000, 'new')]
  const middle = gatedBody(body, 4_000_000)
  origin.script('/f', ok('old'), middle)
  const victim = await aClient(file)
  victim.send(origin.url('/f'))
  expect(await victim.message<Answer>()).toEqual({ digest: sha256(Buffer.from('old')), outcome: 'miss' })
  victim.send(origin.url('/f'))
  await middle.arrived
  victim.kill('SIGKILL')
  await victim.exit
  await origin.refuse()
  origin.kill()

  const fetch = anInstance({ tiers: [memory(), sqlite(file)], retry: false })
  expect(await got(await fetch(origin.url('/f')))).toBe('old (fallback)')
})

test('two processes on one file ask at once: one request, both have the body', async () => {
  const [origin, file, body] = [await anOrigin(), join(folder(), 'cache.db'), pseudoRandom(3_000_000, 'shared')]
  const held = gate(ok(body, FRESH))
  origin.script('/f', held)
  const clients = await Promise.all([aClient(file), aClient(file)])
  for (const client of clients) client.send(origin.url('/f'))
  await held.arrived
  held.release()
  const answers = await Promise.all(clients.map((client) => client.message<Answer>()))
  expect(answers.map(({ digest }) => digest)).toEqual([sha256(body), sha256(body)])
  expect(answers.map(({ outcome }) => outcome).toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(['hit', 'miss'])
  expect(origin.hits('/f')).toBe(1)
})

test('the first sentence of a caller is true in every process: what one stored, another one reads', async () => {
  const [origin, file] = [await anOrigin(), join(folder(), 'cache.db')]
  origin.script('/f', ok('from a child', FRESH))
  const child = await aClient(file)
  child.send(origin.url('/f'))
  await child.message<Answer>()
  const fetch = anInstance({ tiers: [memory(), sqlite(file)] })
  const response = await fetch(origin.url('/f'))
  expect(inspect(response)).toMatchObject({ outcome: 'hit', tier: 'sqlite' })
  expect(origin.hits('/f')).toBe(1)
})

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { ok, startOrigin } from '../../helpers/origin/index.ts'
import { hasRedis, startRedis } from '../../helpers/redis.ts'
import { rounds } from '../../helpers/turning.ts'

test('limits.shared.sqlite: a relative path is that of the working directory in which the instance was made', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('fine'))
  const [before, directory] = [process.cwd(), mkdtempSync(join(tmpdir(), 'holdfast-limits-'))]
  mkdirSync(join(directory, 'elsewhere'))
  process.chdir(directory)
  try {
    const limits = { hosts: [{ match: '127.0.0.1', rate: 20, per: '1s' }], shared: { sqlite: './limits.db' } }
    await using fetch = createCachedFetch({ tiers: [memory()], limits })
    process.chdir('elsewhere')
    await (await fetch(origin.url('/f'))).text()
    expect(readdirSync(directory)).toContain('limits.db')
    expect(readdirSync('.')).toEqual([])
  } finally {
    process.chdir(before)
    rmSync(directory, { recursive: true })
  }
})

test.skipIf(!hasRedis())(
  'limits.shared.redis: a user who may do no more than it takes; an idle connection that was ended',
  async () => {
    await using server = await startRedis()
    server.cli('acl', 'setuser', 'bob', 'on', '>b', '~holdfast:*', '+eval', '+get', '+set', '+time')
    const printed = vi.spyOn(console, 'warn')
    onTestFinished(() => printed.mockRestore())
    await using origin = await startOrigin()
    origin.script('/f', ok('fine'))
    const shared = { redis: server.url.replace('//', '//bob:b@') }
    const limits = { hosts: [{ match: '127.0.0.1', rate: 20, per: '1s' }], shared }
    await using fetch = createCachedFetch({ tiers: [memory()], limits })
    const warnings: string[] = []
    fetch.on('warning', ({ warning }) => warnings.push(warning))
    await (await fetch(origin.url('/f?1'))).text()
    server.cli('client', 'kill', 'type', 'normal')
    await rounds()
    await (await fetch(origin.url('/f?2'))).text()
    expect(warnings).toEqual([])
    expect(printed).not.toHaveBeenCalled()
  },
)

test('limits.shared.redis: the warning says why it cannot be reached, and for a while no other host tries it again', async () => {
  await using one = await startOrigin()
  await using other = await startOrigin()
  for (const origin of [one, other]) origin.script('/f', ok('fine'))
  const limits = { hosts: [{ match: '127.0.0.1', rate: 20, per: '1s' }], shared: { redis: 'redis://127.0.0.1:1' } }
  await using fetch = createCachedFetch({ tiers: [memory()], limits })
  const warnings: string[] = []
  fetch.on('warning', ({ warning }) => warnings.push(warning))
  for (const origin of [one, other]) await (await fetch(origin.url('/f'))).text()
  expect(warnings).toEqual([expect.stringContaining('redis cannot be reached (connect ECONNREFUSED 127.0.0.1:1)')])
})

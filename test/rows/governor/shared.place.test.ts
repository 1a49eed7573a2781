import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { ok, startOrigin } from '../../helpers/origin/index.ts'

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

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('another runtime gets one sentence that names what is needed', async () => {
  await expect(import('../src/unsupported.ts')).rejects.toThrow(
    'holdfast runs on Node.js 24 or later only: it needs node:http, node:sqlite and files, as Node.js offers them. ' +
      'In a bundle for it the condition "node" must be resolved (Rollup: nodeResolve({ exportConditions: ["node"] })).',
  )
})

/** What Node.js 20 and 22 do not have, of what is used here. */
const OLDER = `
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
  delete Map.groupBy; delete Promise.try; delete Promise.withResolvers; delete Set.prototype.union; delete URL.parse
`

test.each([
  ['an instance', "createCachedFetch({ tiers: [memory()], limits: { hosts: [{ match: 'api.example.org' }] } })"],
  ['the default instance', "await cachedFetch('http://localhost:1/')"],
  ['a function', 'await buffered(async () => 1)()'],
])('an older Node.js gets one, at the first use and not at the import: %s', (_what, use) => {
  const program = `
    const { buffered, cachedFetch, createCachedFetch } = await import(${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))})
    const { memory } = await import(${JSON.stringify(join(import.meta.dirname, '../adapters/stores/memory.ts'))})
    try { ${use} } catch (error) { process.stdout.write(String(error)) }
  `
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', OLDER + program], {
    encoding: 'utf8',
    env: { ...process.env, HOLDFAST_DIR: '' },
  })
  expect(said).toBe('Error: holdfast runs on Node.js 24 or later only, and this is 20.20.2. Run the program by a newer one.')
})

import { expect, test } from 'vitest'

test('another runtime gets one sentence that names what is needed', async () => {
  await expect(import('../src/unsupported.ts')).rejects.toThrow(
    'holdfast runs on Node.js 24 or later only: it needs node:http, node:sqlite and files, as Node.js offers them. ' +
      'In a bundle for it the condition "node" must be resolved (Rollup: nodeResolve({ exportConditions: ["node"] })).',
  )
})

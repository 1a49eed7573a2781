import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('./children/no-more-files.ts', import.meta.url))

test('what cannot be loaded for a moment, because no more files may be opened, is loaded later; meanwhile the first failure counts', () => {
  const told = JSON.parse(execFileSync(process.execPath, [SCRIPT], { encoding: 'utf8' }))
  expect(told).toEqual(['200 old fallback', '503 new miss', '200 new miss'])
})

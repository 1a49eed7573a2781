import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MUTANTS } from '../../scripts/mutate/mutants/index.ts'

// `npm run mutate` is run by hand: code that moves would leave it behind unseen.
test.each(MUTANTS)('$name: there is one place where it would break $file', ({ file, find }) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  expect(text.split(find).length - 1).toBe(1)
})

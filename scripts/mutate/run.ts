// Breaks the code in each known way, one at a time, in a copy of the project, and sees which test notices.
// `npm run mutate` runs all; `npm run mutate -- resume` those whose name or file has that word. Exit 1 when one survives.
import { MUTANTS, type Mutant } from './mutants/index.ts'
import { firstFailure } from './notice.ts'
import { type Workshop, workshop } from './workshop.ts'

type Verdict = { readonly name: 'survived' } | { readonly name: 'killed'; readonly by: string; readonly seconds: number }

async function verdictOn({ root, broken }: Workshop, mutant: Mutant): Promise<Verdict> {
  const startedAt = performance.now()
  const by = await broken(mutant, () => firstFailure(root, mutant.tests))
  return by === undefined ? { name: 'survived' } : { name: 'killed', by, seconds: (performance.now() - startedAt) / 1000 }
}

function told({ name, file, killer }: Mutant, verdict: Verdict): string {
  if (verdict.name === 'survived') return `SURVIVED  ${name}  (${file})`
  const same = verdict.by === killer ? '' : `\n            expected: ${killer}`
  return `killed    ${name}  (${file}, ${verdict.seconds.toFixed(1)} s)\n          by: ${verdict.by}${same}`
}

const wanted = process.argv[2] ?? ''
const mutants = MUTANTS.filter(({ name, file }) => `${name} ${file}`.includes(wanted))
if (mutants.length === 0) throw new Error(`no mutant has «${wanted}» in its name or file`)
const startedAt = performance.now()
let survivors = 0
await using copy = await workshop()
copy.check(mutants)
// A test that fails anyway would kill every mutant.
const already = await firstFailure(copy.root, [...new Set(mutants.flatMap(({ tests }) => tests))])
if (already !== undefined) throw new Error(`nothing is broken yet, and a test fails: ${already}`)
for (const mutant of mutants) {
  const verdict = await verdictOn(copy, mutant)
  if (verdict.name === 'survived') survivors++
  console.log(told(mutant, verdict))
}
const seconds = Math.round((performance.now() - startedAt) / 1000)
console.log(`mutants: ${mutants.length - survivors} killed, ${survivors} survived, in ${seconds} s`)
process.exitCode = survivors > 0 ? 1 : 0

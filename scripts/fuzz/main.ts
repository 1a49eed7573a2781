// Throws seeded input at every header parser of ours, and looks at what comes out; then texts of growing length, and looks at the time.
// `npm run fuzz`; `npm run fuzz -- --seed 7 --inputs 50000 --only ETag`. Exit 1 when a parser threw, gave what its description does not
// allow, or was slower than linear: the least input that shows it is printed.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { SUBJECTS } from './subjects/index.ts'
import type { Job, Report } from './worker.ts'

/** Milliseconds without a sign of life: far above what any step takes. */
const STUCK = 30_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '20261121' },
    inputs: { type: 'string', default: '1000000' },
    only: { type: 'string', default: '' },
  },
})
const seed = wholeNumber('seed', values.seed)
const inputs = wholeNumber('inputs', values.inputs)
const jobs: Job[] = SUBJECTS.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase())).map(({ name }) => ({
  name,
  seed,
  inputs,
}))
if (jobs.length === 0)
  throw new Error(`no parser has «${values.only}» in its name: ${SUBJECTS.map(({ name }) => name).join(', ')}`)

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`--${option} takes a whole number, got ${JSON.stringify(text)}`)
  return Number(text)
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(5)} s`

/** What came of one job; a thread that says nothing for too long is in a loop, or as good as. */
function outcome(worker: Worker, job: Job): Promise<Extract<Report, { name: 'done' }>> {
  return new Promise((resolve, reject) => {
    let at = 'the start'
    const timer = setInterval(() => fail(new Error(`${job.name}: no end after ${at}`)), STUCK)
    const fail = (error: Error): void => {
      clearInterval(timer)
      reject(error)
    }
    worker.removeAllListeners()
    worker.once('error', fail)
    worker.on('message', (report: Report) => {
      timer.refresh()
      if (report.name === 'busy') {
        at = report.at
        return
      }
      clearInterval(timer)
      resolve(report)
    })
    worker.postMessage(job)
  })
}

async function thread(waiting: Job[]): Promise<number> {
  // Room for what one call leaves behind: collecting it in the middle of a call would look like growth.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 64 } })
  let failed = 0
  try {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { complaints, inputsMs, linearMs } = await outcome(worker, job)
      failed += complaints.length === 0 ? 0 : 1
      const verdict = complaints.length === 0 ? 'ok' : `\n  FAILED ${complaints.join('\n  FAILED ')}`
      console.log(`${job.name.padEnd(30)} inputs ${seconds(inputsMs)}, growing ${seconds(linearMs)}  ${verdict}`)
    }
  } finally {
    await worker.terminate()
  }
  return failed
}

const startedAt = performance.now()
console.log(`${jobs.length} parsers, ${inputs} inputs each, seed ${seed}`)
const waiting = [...jobs]
const threads = Array.from({ length: Math.min(availableParallelism(), jobs.length) }, () => thread(waiting))
const failed = (await Promise.all(threads)).reduce((sum, each) => sum + each, 0)
console.log(`parsers: ${jobs.length - failed} passed, ${failed} failed, in ${seconds(performance.now() - startedAt).trim()}`)
process.exitCode = failed > 0 ? 1 : 0

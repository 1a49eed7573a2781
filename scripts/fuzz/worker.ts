// One of the fuzzer's threads: takes a parser at a time, and says what it finds.
import { parentPort } from 'node:worker_threads'
import { firstComplaint } from './inputs.ts'
import { firstSlowPattern } from './linear.ts'
import type { Subject } from './subject.ts'
import { SUBJECTS } from './subjects/index.ts'

export interface Job {
  readonly name: string
  readonly seed: number
  readonly inputs: number
}

/** `busy`: a sign of life, and where it is. `done`: `complaints` is empty where all is well. */
export type Report =
  | { readonly name: 'busy'; readonly at: string }
  | { readonly name: 'done'; readonly complaints: readonly string[]; readonly inputsMs: number; readonly linearMs: number }

function tried({ name, seed, inputs }: Job, busy: (at: string) => void): Report {
  const parser: Subject | undefined = SUBJECTS.find((subject) => subject.name === name)
  if (parser === undefined) throw new Error(`no parser is named ${name}`)
  const startedAt = performance.now()
  const wrong = firstComplaint(parser, seed, inputs, (done) => busy(`input ${done}`))
  const between = performance.now()
  const slow = firstSlowPattern(parser, seed, (pattern) => busy(`length of ${pattern}`))
  const complaints = [wrong, slow].filter((complaint) => complaint !== undefined)
  return { name: 'done', complaints, inputsMs: between - startedAt, linearMs: performance.now() - between }
}

parentPort?.on('message', (job: Job) => {
  const send = (report: Report): void => parentPort?.postMessage(report)
  send(tried(job, (at) => send({ name: 'busy', at })))
})

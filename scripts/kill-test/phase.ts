import { type Line, type Step, WRITES } from './diary.ts'

/** In these, writing is a phase of its own. */
const DOWNLOADS: readonly string[] = ['download', 'stream', 'revalidate']

/** Where in its work a life was killed: a kind of work; 'write', where a download was writing; 'between' two pieces of work, or after the last. */
export function phaseOf(lines: readonly Line[]): string {
  const fatal = lines.findLast((line) => line.name === 'fatal')
  if (fatal !== undefined) {
    const isWriting = fatal.point.of === 'file' || WRITES.includes(fatal.operation.split(' ')[0] ?? '')
    return named(fatal.step, isWriting ? 'writing' : 'not writing')
  }
  const ended = new Set(lines.flatMap((line) => (line.name === 'ended' ? [line.id] : [])))
  const writing = lines.findLast((line) => line.name === 'operation' && !ended.has(line.operation.id))
  if (writing?.name === 'operation' && writing.operation.step !== undefined) return named(writing.operation.step, 'writing')
  const left = new Set(lines.flatMap((line) => (line.name === 'left' ? [line.id] : [])))
  const open = lines.findLast((line) => line.name === 'step' && !left.has(line.id))
  return named(open?.name === 'step' ? open.step : undefined, 'not writing')
}

function named(step: Step | undefined, how: 'writing' | 'not writing'): string {
  if (step === undefined) return 'between'
  return how === 'writing' && DOWNLOADS.includes(step.name) ? 'write' : step.name
}

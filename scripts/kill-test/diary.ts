import { AsyncLocalStorage } from 'node:async_hooks'
import { openSync, readFileSync, writeSync } from 'node:fs'
import type { Path, Point } from './order.ts'

/** What a piece of work is. */
export const STEPS = [
  'read',
  'download',
  'stream',
  'revalidate',
  'label',
  'pin',
  'policy',
  'invalidate',
  'delete',
  'sweep',
  'audit',
  'copy',
] as const

export type StepName = (typeof STEPS)[number]

/** A piece of work. */
export interface Step {
  readonly name: StepName
  readonly path?: Path
}

/** What changes a store. */
export const WRITES: readonly string[] = ['set', 'setMany', 'delete', 'bodies.append', 'bodies.delete']

/** One of {@link WRITES}. Reads leave no trace, so nothing is noted of them. */
export interface Operation {
  readonly id: number
  readonly name: string
  readonly key: string
  /** What it writes. */
  readonly bytes?: number
  readonly step: Step | undefined
}

/** What is wanted to be so, and is so for certain once it is done. */
export interface Fact {
  readonly about: string
  readonly value: string
}

export type Line =
  | { readonly name: 'step'; readonly id: number; readonly step: Step }
  | { readonly name: 'left'; readonly id: number }
  | { readonly name: 'begun' | 'done'; readonly id: number; readonly facts: readonly Fact[] }
  | { readonly name: 'operation'; readonly operation: Operation }
  | { readonly name: 'ended'; readonly id: number; readonly how: 'done' | 'failed' }
  | { readonly name: 'hop'; readonly ahead: number }
  | { readonly name: 'heard'; readonly what: string }
  | { readonly name: 'at work' }
  | { readonly name: 'fatal'; readonly point: Point; readonly operation: string; readonly step: Step | undefined }

/**
 * What a life does, in a file that outlives it: a write of a file is with the system when it returns, and SIGKILL takes nothing from
 * there. So a line tells what was begun before it was begun, and what was acknowledged once it was.
 */
export class Diary {
  readonly #file: number
  readonly #steps = new AsyncLocalStorage<Step>()
  #numbered = 0

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  note(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`)
  }

  /** A number that this life has not given to anything yet. */
  next(): number {
    return ++this.#numbered
  }

  /** The piece of work that the running code belongs to. */
  get step(): Step | undefined {
    return this.#steps.getStore()
  }

  async during<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const id = this.next()
    this.note({ name: 'step', id, step })
    const done = await this.#steps.run(step, work)
    this.note({ name: 'left', id })
    return done
  }

  /** Work after which something is so. */
  async making<T>(facts: readonly Fact[], work: () => Promise<T>): Promise<T> {
    const id = this.next()
    this.note({ name: 'begun', id, facts })
    const result = await work()
    this.note({ name: 'done', id, facts })
    return result
  }
}

/**
 * What the life that wrote it has said. A line counts once its end is there: the file is also read while its writer goes on, and a
 * kill may cut a line in two. What it was about to say had not begun then, or is not known to be done.
 */
export function readDiary(path: string): Line[] {
  const text = readFileSync(path, 'utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

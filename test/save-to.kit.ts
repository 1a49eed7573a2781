import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

export const OLD = 'the old file'

/** A real folder of its own for each test. */
export interface Scratch {
  readonly folder: string
  /** `data.csv` in it. */
  readonly file: string
  names(): Promise<string[]>
  text(name?: string): Promise<string>
}

export function scratch(): Scratch {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-save-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  return {
    get folder() {
      return folder
    },
    get file() {
      return join(folder, 'data.csv')
    },
    names: async () => (await readdir(folder)).sort(),
    text: (name = 'data.csv') => readFile(join(folder, name), 'utf8'),
  }
}

export type Step = string | (() => string | Promise<string>)

/** A body whose steps run one by one, each when its piece is asked for and not before. */
export function bodyOf(...steps: Step[]): ReadableStream<Uint8Array> {
  const left = [...steps]
  return new ReadableStream(
    {
      async pull(controller) {
        const step = left.shift()
        if (step === undefined) controller.close()
        else controller.enqueue(Buffer.from(typeof step === 'string' ? step : await step()))
      },
    },
    { highWaterMark: 0 },
  )
}

/** A step at which the body breaks. */
export function cutOff(): never {
  throw new Error('cut off')
}

/** A body without end, which says when it is cancelled. */
export function endless(): { response: Response; cancelled: Promise<string> } {
  const { promise: cancelled, resolve } = Promise.withResolvers<string>()
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel: () => resolve('cancelled'),
  })
  return { response: new Response(body), cancelled }
}

/** A body of three pieces that notes which have been asked for, and a sink for either kind of stream that waits to be let go on. */
export function stepwise(): {
  response: Response
  notes: string[]
  take: (piece: Uint8Array) => Promise<void>
  next: () => Promise<void>
} {
  const notes: string[] = []
  const gates = ['one', 'two', 'three'].map(() => ({
    arrived: Promise.withResolvers<void>(),
    open: Promise.withResolvers<void>(),
  }))
  const step = (name: string) => (): string => {
    notes.push(`asked for ${name}`)
    return name
  }
  const taken = gates.values()
  const toOpen = gates.values()
  return {
    response: new Response(bodyOf(step('one'), step('two'), step('three'))),
    notes,
    take: async (piece) => {
      notes.push(`took ${Buffer.from(piece).toString()}`)
      const gate = taken.next().value
      gate?.arrived.resolve()
      await gate?.open.promise
    },
    next: async () => {
      const gate = toOpen.next().value
      await gate?.arrived.promise
      // Whoever asks too early has done so by the end of this turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve))
      notes.push('let go')
      gate?.open.resolve()
    },
  }
}

import { randomUUID } from 'node:crypto'
import { HoldfastError } from '../../../src/model/errors.ts'
import type { Layout } from './layout.ts'
import { BEGIN_INDEX, END_INDEX, INDEX, PRESENT } from './scripts.ts'
import type { Server } from './server.ts'

/** Names asked for at a time. */
const SLICE = 500

/** Keys that a server looks at in one step of a scan: about a millisecond. */
const STEP = '1000'

/** Stands in an index that has the names of all values. Where Redis evicts an index, the mark goes with it. */
const WHOLE = 'w'

/** A name in the index, told from marks by its first letter. */
export const nameOf = (key: string): string => `k${key}`

/**
 * The keys of a store in order. Redis has none, so each write puts the key's name into a sorted set, the index. One that is not whole, because
 * it is new or was evicted, is made whole by a scan before it is believed; where it cannot be written, each listing is a scan.
 */
export class Listing {
  readonly #server: Server
  readonly #layout: Layout

  constructor(server: Server, layout: Layout) {
    this.#server = server
    this.#layout = layout
  }

  async *keys(prefix: string, after: string | undefined, limit: number): AsyncGenerator<string> {
    this.#server.assertOpen()
    if (limit < 1) return
    let left = limit
    for await (const slice of sliced(await this.#candidates(prefix, after), Math.min(SLICE, limit))) {
      for (const key of await this.#present(slice)) {
        yield key
        if (--left < 1) return
      }
    }
  }

  /** In order; some may be gone. */
  async #candidates(prefix: string, after: string | undefined): Promise<AsyncIterable<string>> {
    if (!(await this.#isWhole())) return this.#scanned(prefix, after)
    return merged(this.#layout.parts.map((part) => this.#indexed(part, prefix, after)))
  }

  /** False where the server takes no writes: it is full, or a replica. */
  async #isWhole(): Promise<boolean> {
    try {
      return await this.#madeWhole()
    } catch (error) {
      this.#server.assertOpen()
      if (error instanceof HoldfastError) return false
      throw error
    }
  }

  async #madeWhole(): Promise<boolean> {
    const mark = `m${randomUUID()}`
    const begun = await this.#inParts((index) => this.#server.run(BEGIN_INDEX, [index], [mark, WHOLE]))
    if (begun.every((whole) => whole)) return true
    await this.#scan('', async (keys) => {
      await this.#byPart(keys, (part, names) => this.#server.run(INDEX, part, names))
    })
    const ended = await this.#inParts(async (index, n) => begun[n] || this.#server.run(END_INDEX, [index], [mark, WHOLE]))
    return ended.every((whole) => whole)
  }

  #inParts(ask: (index: string, n: number) => Promise<unknown>): Promise<boolean[]> {
    return Promise.all(
      this.#layout.parts.map(async (part, n) => {
        const answer = await ask(this.#layout.index(part), n)
        return answer === true || Number(answer) === 1
      }),
    )
  }

  async *#indexed(part: string, prefix: string, after: string | undefined): AsyncGenerator<string> {
    const index = this.#layout.index(part)
    // No UTF-8 has the byte 0xff: this is behind all that begins with the prefix.
    const end = Buffer.concat([Buffer.from(`(${nameOf(prefix)}`), Buffer.of(0xff)])
    let start: string | Buffer = after !== undefined && after >= prefix ? `(${nameOf(after)}` : `[${nameOf(prefix)}`
    for (;;) {
      const command = ['ZRANGEBYLEX', index, start, end, 'LIMIT', '0', `${SLICE}`]
      const names = (await this.#server.ask(index, command)) as Buffer[]
      for (const name of names) yield name.toString('utf8', 1)
      const last = names.at(-1)
      if (last === undefined || names.length < SLICE) return
      start = Buffer.concat([Buffer.from('('), last])
    }
  }

  async *#scanned(prefix: string, after: string | undefined): AsyncGenerator<string> {
    const found = new Set<string>()
    await this.#scan(prefix, async (keys) => {
      for (const key of keys) if (after === undefined || key > after) found.add(key)
    })
    yield* [...found].sort()
  }

  async #scan(prefix: string, found: (keys: string[]) => Promise<void>): Promise<void> {
    const pattern = this.#layout.pattern(prefix)
    for (const ask of await this.#server.each()) {
      let cursor = '0'
      do {
        const [next, places] = (await ask(['SCAN', cursor, 'MATCH', pattern, 'COUNT', STEP])) as [Buffer, Buffer[]]
        cursor = next.toString()
        if (places.length > 0) await found(places.map((place) => this.#layout.keyAt(place.toString())))
      } while (cursor !== '0')
    }
  }

  async #present(keys: readonly string[]): Promise<string[]> {
    const there = new Set<string>()
    await this.#byPart(keys, async (part, names) => {
      const answers = (await this.#server.run(PRESENT, part, names)) as number[]
      for (const [n, answer] of answers.entries()) if (Number(answer) === 1) there.add((names[n] as string).slice(1))
    })
    return keys.filter((key) => there.has(key))
  }

  /** Calls once for each part, with [index, values] and [names]. */
  async #byPart(keys: readonly string[], run: (part: string[], names: string[]) => Promise<unknown>): Promise<void> {
    const parts = this.#layout.split(keys, (key) => key)
    await Promise.all(
      parts.map(([part, there]) => {
        const values = there.map(({ item }) => this.#layout.value(item))
        return run(
          [this.#layout.index(part), ...values],
          there.map(({ item }) => nameOf(item)),
        )
      }),
    )
  }
}

/** Several ordered sequences as one. */
async function* merged(sequences: readonly AsyncGenerator<string>[]): AsyncGenerator<string> {
  const heads = await Promise.all(sequences.map(async (sequence) => ({ sequence, next: await sequence.next() })))
  for (;;) {
    let first: (typeof heads)[number] | undefined
    for (const head of heads) {
      if (head.next.done !== true && (first === undefined || head.next.value < first.next.value)) first = head
    }
    if (first === undefined) return
    yield first.next.value as string
    first.next = await first.sequence.next()
  }
}

async function* sliced(keys: AsyncIterable<string>, size: number): AsyncGenerator<string[]> {
  let slice: string[] = []
  for await (const key of keys) {
    slice.push(key)
    if (slice.length < size) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}

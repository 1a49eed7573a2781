import type { Store } from '../../../model/store.ts'

const KEY = 'h1:g:condemned'

/** What is unnamed goes when it still is so long after it was first seen, in ms: what was in the making has its name by then. */
const GRACE = 3600 * 1000

/** What is noted of one store; beyond it a later sweep notes the rest. */
const MOST = 10_000

/** A name → how large it was, and since when it has been seen unnamed (epoch ms). */
type Notes = Map<string, readonly [size: number, since: number]>

/** `h1:g:condemned`: what nothing names, and since when. Two sweeps that write it at once lose a note, and so an hour. */
export class Condemned {
  readonly #store: Store
  readonly #before: Notes
  readonly #now: number
  readonly #noted: Notes = new Map()

  private constructor(store: Store, before: Notes, now: number) {
    this.#store = store
    this.#before = before
    this.#now = now
  }

  static async of(store: Store, now: number): Promise<Condemned> {
    return new Condemned(store, notesOf(await store.get(KEY)), now)
  }

  /** Whether its time has come; else it is noted. What has grown meanwhile is in the making, and begins anew. */
  isDue(name: string, size: number): boolean {
    const [before, since] = this.#before.get(name) ?? [size, this.#now]
    const seen = before === size && since <= this.#now ? since : this.#now
    this.#noted.set(name, [size, seen])
    return this.#now - seen >= GRACE
  }

  /** It is gone, and its note with it. */
  strike(name: string): void {
    this.#noted.delete(name)
  }

  async write(): Promise<void> {
    if (this.#noted.size === 0 && this.#before.size === 0) return
    const oldest = [...this.#noted].sort(([, [, a]], [, [, b]]) => a - b).slice(0, MOST)
    await this.#store.set(KEY, new TextEncoder().encode(JSON.stringify(oldest)))
  }
}

/** What cannot be read is nothing: all begins anew. */
function notesOf(bytes: Uint8Array | undefined): Notes {
  if (bytes === undefined) return new Map()
  try {
    const notes: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return new Map(Array.isArray(notes) ? notes.filter(isNote) : [])
  } catch {
    return new Map()
  }
}

function isNote(note: unknown): note is [string, [number, number]] {
  return Array.isArray(note) && typeof note[0] === 'string' && Array.isArray(note[1]) && note[1].every(Number.isFinite)
}

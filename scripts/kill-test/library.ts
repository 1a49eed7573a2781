import { pseudoRandom, sha256 } from '../../test/helpers/digest.ts'
import { type Origin, ok, type Step, slow } from '../../test/helpers/origin/index.ts'
import { PATHS, type Path } from './order.ts'

const [KIB, MIB] = [1024, 1024 * 1024]

/** Bytes in a second: slow enough for a kill to come in the middle. */
const PACE = 25 * MIB

interface Work {
  readonly size: number
  /** 'each life': new content. */
  readonly changes: 'each life' | 'never'
  /** Whose bytes it has; default its own. */
  readonly bytesOf?: Path
  readonly isSlow?: true
  readonly headers?: Readonly<Record<string, string>>
}

const FOR_A_YEAR = { 'cache-control': 'max-age=31536000' }

/** A body inside its record, one in a chunk, the same bytes elsewhere, one that is worth resuming; some that never change. */
const WORKS: Readonly<Record<Path, Work>> = {
  '/small': { size: 2 * KIB, changes: 'each life' },
  '/middle': { size: 300 * KIB, changes: 'each life' },
  '/twin': { size: 300 * KIB, changes: 'each life', bytesOf: '/middle' },
  '/big': { size: 5 * MIB + 123, changes: 'each life', isSlow: true },
  '/stream': { size: 2 * MIB + 7, changes: 'each life', isSlow: true },
  '/same': { size: 100 * KIB, changes: 'never' },
  '/doomed': { size: MIB + 9, changes: 'never' },
  '/tagged/1': { size: KIB, changes: 'never', headers: FOR_A_YEAR },
  '/tagged/2': { size: KIB, changes: 'never', headers: FOR_A_YEAR },
}

/** What the origin has, and all that it ever had. */
export class Library {
  readonly #origin: Origin
  readonly #seed: number
  readonly #editions = new Map<Path, number>()
  readonly #digests = new Map<Path, string[]>()

  constructor(origin: Origin, seed: number) {
    this.#origin = origin
    this.#seed = seed
  }

  /** New content. */
  publish(paths: readonly Path[] = PATHS): void {
    for (const path of paths) {
      const edition = this.#editions.get(path)
      if (edition === undefined || WORKS[path].changes === 'each life') this.#print(path, (edition ?? 0) + 1)
    }
  }

  #print(path: Path, edition: number): void {
    const { size, bytesOf = path, isSlow, headers = {} } = WORKS[path]
    const body = pseudoRandom(size, `${bytesOf}, edition ${edition} of ${this.#seed}`)
    const options = { etag: `"${edition}"`, ranges: true, conditional: true, headers }
    const step: Step = isSlow ? slow(body, PACE, options) : ok(body, options)
    this.#origin.script(path, step)
    this.#editions.set(path, edition)
    this.#digests.set(path, [...(this.#digests.get(path) ?? []), sha256(body)])
  }

  current(path: Path): string {
    return this.#digests.get(path)?.at(-1) ?? ''
  }

  /** Whether the origin ever sent this as a whole. */
  knows(path: Path, digest: string): boolean {
    return this.#digests.get(path)?.includes(digest) ?? false
  }
}

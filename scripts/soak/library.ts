import { pseudoRandom, sha256 } from '../../test/helpers/digest.ts'
import { cut, delayed, type Origin, ok, reset, type Step, slow, status, trickle } from '../../test/helpers/origin/index.ts'

const KIB = 1024
/** Below one chunk, below a file, and several chunks with a torn end. */
const SIZES = [20, 40 * KIB, 900 * KIB, 2 * KIB * KIB, 5 * KIB * KIB + 123, 9 * KIB * KIB + 1]

/** Addresses whose content changes, behind a server that misbehaves by chance. */
export class Library {
  readonly #origin: Origin
  readonly #random: () => number
  /** By address: the digests of everything that it ever was. */
  readonly #digests = new Map<string, string[]>()

  constructor(origin: Origin, random: () => number) {
    this.#origin = origin
    this.#random = random
    for (const [n] of SIZES.entries()) this.#publish(n)
  }

  get urls(): string[] {
    return [...this.#digests.keys()]
  }

  /** New content for about half of the addresses. */
  change(): void {
    for (const [n] of SIZES.entries()) if (this.#random() < 0.5) this.#publish(n)
  }

  /** Whether these bytes are, as a whole, what the address is or once was. */
  knows(url: string, digest: string): 'current' | 'older' | undefined {
    const digests = this.#digests.get(url) ?? []
    if (digests.at(-1) === digest) return 'current'
    return digests.includes(digest) ? 'older' : undefined
  }

  #publish(n: number): void {
    const path = `/${n}`
    const url = this.#origin.url(path)
    const digests = this.#digests.get(url) ?? []
    const body = pseudoRandom(SIZES[n] ?? 0, `${n}, edition ${digests.length}`)
    this.#digests.set(url, [...digests, sha256(body)])
    const steps = this.#steps(body, `"${digests.length}"`)
    this.#origin.script(path, (exchange) => (steps[Math.floor(this.#random() * steps.length)] as Step)(exchange))
  }

  #steps(body: Uint8Array, etag: string): readonly Step[] {
    const options = { etag, ranges: true, conditional: true }
    const somewhere = (): number => Math.floor(this.#random() * body.length)
    const steady = slow(body, 2 * KIB * KIB, options)
    return [
      steady,
      steady,
      steady,
      delayed(50, ok(body, options)),
      ok(body, { ...options, ranges: false }),
      trickle(body, { bytes: 128 * KIB, everyMs: 40 }, options),
      (exchange) => cut(body, somewhere(), options)(exchange),
      (exchange) => reset(body, somewhere(), options)(exchange),
      status(503),
    ]
  }
}

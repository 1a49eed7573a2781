/** Scatters like chance, the same for the same seed (mulberry32): fast, and good enough to choose test inputs. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** Goes on from another place: so that input number n is the same whatever was drawn for those before it. */
  reseed(seed: number): void {
    this.#state = seed | 0
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  oneIn(count: number): boolean {
    return this.below(count) === 0
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** A whole number in [0, 10^16), of any length with the same chance. */
  anySize(): number {
    return this.below(10 ** this.below(16))
  }
}

/** One number out of a text and a number (FNV-1a, then mixed): where the inputs of one parser begin. */
export function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

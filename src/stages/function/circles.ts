/** A function that runs: of which entry, and for which others it waits. */
export interface Run {
  readonly key: string
  /** Keys of entries → how many of its calls wait for them. */
  readonly waitsFor: Map<string, number>
}

/** Nobody would ever be answered. */
export class WaitsForItself extends TypeError {
  constructor(name: string) {
    super(
      `buffered: ${name} waits for itself: it was called, with the same arguments, by what it is waiting for. Call the function itself (original), or with other arguments.`,
    )
  }
}

/**
 * Which runs wait for which: a call that would join what waits for its own caller would wait for ever. The circle is found by whoever closes
 * it, so nobody else is disturbed.
 */
export class Circles {
  readonly #running = new Map<string, Set<Run>>()

  begin(key: string): Run {
    const run: Run = { key, waitsFor: new Map() }
    const runs = this.#running.get(key) ?? new Set()
    this.#running.set(key, runs.add(run))
    return run
  }

  end(run: Run): void {
    const runs = this.#running.get(run.key)
    runs?.delete(run)
    if (runs?.size === 0) this.#running.delete(run.key)
  }

  /**
   * `run` waits for the flight of `key`.
   *
   * @throws WaitsForItself where that flight waits for this run.
   */
  async whileWaiting<T>(run: Run, { key, name }: { key: string; name: string }, wait: () => Promise<T>): Promise<T> {
    if (this.#leads(key, run)) throw new WaitsForItself(name)
    run.waitsFor.set(key, (run.waitsFor.get(key) ?? 0) + 1)
    try {
      return await wait()
    } finally {
      const left = (run.waitsFor.get(key) ?? 1) - 1
      if (left > 0) run.waitsFor.set(key, left)
      else run.waitsFor.delete(key)
    }
  }

  /** Whether whoever waits for `key` waits for `run`. */
  #leads(key: string, to: Run): boolean {
    const seen = new Set<string>()
    const keys = [key]
    for (const next of keys) {
      if (seen.has(next)) continue
      seen.add(next)
      for (const run of this.#running.get(next) ?? []) {
        if (run === to) return true
        keys.push(...run.waitsFor.keys())
      }
    }
    return false
  }
}

import type { Step } from './exchange.ts'
import type { ReceivedRequest } from './request.ts'

/** The steps of one path and how far it has come. */
export class Script {
  readonly #steps: readonly Step[]
  #hits = 0

  constructor(steps: readonly Step[]) {
    this.#steps = steps
  }

  /** The step for the next request, and its number from 1. The last step repeats. */
  next(): { step: Step | undefined; hit: number } {
    const step = this.#steps[Math.min(this.#hits, this.#steps.length - 1)]
    this.#hits += 1
    return { step, hit: this.#hits }
  }
}

/** All scripts of an origin, by path. */
export class ScriptBook {
  readonly #byPath = new Map<string, Script>()

  set(path: string, steps: readonly Step[]): void {
    this.#byPath.set(path, new Script(steps))
  }

  /** A script for the very target, query included, goes before one for the path alone. */
  find(request: ReceivedRequest): Script | undefined {
    return this.#byPath.get(request.path) ?? this.#byPath.get(request.pathname)
  }
}

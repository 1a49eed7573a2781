import type { Lease } from '../../../src/model/store.ts'
import type { LeaseState } from './lease-state.ts'

/** What a lease does for who holds it. */
interface Changes {
  extend(lease: FolderLease, ms: number): Promise<boolean>
  release(lease: FolderLease): Promise<void>
}

/** A lease of one grant, for whom it was granted. */
export class FolderLease implements Lease {
  readonly key: string
  readonly generation: number
  /** As its holder last made it. Somebody else may have taken it since, so it is where to look first, and proves nothing. */
  state: LeaseState
  readonly #changes: Changes

  constructor(key: string, state: LeaseState, changes: Changes) {
    this.key = key
    this.generation = state.generation
    this.state = state
    this.#changes = changes
  }

  readonly extend: Lease['extend'] = (ms) => this.#changes.extend(this, ms)
  readonly release: Lease['release'] = () => this.#changes.release(this)
}

import { type Clock, pause } from '../model/clock.ts'
import type { WriteRight } from '../model/stages.ts'
import type { Lease } from '../model/store.ts'

/** Milliseconds after which a lease whose holder was killed can be taken over. */
const LEASE = 3_000

/** Prolonged this often, so that a short freeze of the holder does not lose it. */
const EXTEND_EVERY = 1_000

/** Between two looks at what another process does, in milliseconds. */
const LOOK_EVERY = 100

type Grant = WriteRight | 'taken' | 'none'

/** 'granted': ours, until `end`. 'free': no tier gives leases, or the wait was over. 'answered': another process brought what was wanted. */
export type Taken<T> =
  | { readonly name: 'granted'; readonly right: WriteRight; end(): Promise<void> }
  | { readonly name: 'free' }
  | { readonly name: 'answered'; readonly answer: T }

export interface LeaseWish<T> {
  readonly ask: (ms: number) => Grant | Promise<Grant>
  /** What another process may have brought meanwhile. */
  readonly look: () => Promise<T | undefined>
  readonly signal: AbortSignal
  /** Milliseconds to wait for another process at most. */
  readonly patience: number
}

/** Takes the right to download an entry, so that several processes on one store download it once. Held, it is prolonged until it is given back. */
export async function take<T>({ ask, look, signal, patience }: LeaseWish<T>, clock: Clock): Promise<Taken<T>> {
  const until = clock.monotonic() + patience
  for (;;) {
    const asked = ask(LEASE)
    const grant = asked instanceof Promise ? await asked : asked
    if (grant === 'none') return { name: 'free' }
    const answer = await look()
    if (answer !== undefined) {
      if (grant !== 'taken') await givenBack(grant.lease)
      return { name: 'answered', answer }
    }
    if (grant !== 'taken') return { name: 'granted', right: grant, end: kept(grant.lease, clock) }
    if (clock.monotonic() >= until) return { name: 'free' }
    await pause(clock, LOOK_EVERY, signal)
  }
}

/** Prolongs a lease until the returned function gives it back. A failing store loses it, and its fence then refuses the late write. */
function kept(lease: Lease, clock: Clock): () => Promise<void> {
  let timer = clock.setTimeout(prolong, EXTEND_EVERY)
  let ended = false
  const wait = (): void => {
    if (!ended) timer = clock.setTimeout(prolong, EXTEND_EVERY)
  }
  function prolong(): void {
    lease.extend(LEASE).then((ours) => {
      if (ours) wait()
    }, wait)
  }
  return async () => {
    ended = true
    timer.cancel()
    await givenBack(lease)
  }
}

/** One that cannot be given back runs out by itself: nobody's answer fails for it. */
async function givenBack(lease: Lease): Promise<void> {
  await lease.release().catch(() => undefined)
}

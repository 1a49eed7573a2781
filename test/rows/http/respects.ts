import { inOrder, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, die } from '../door/kit.ts'
import { ask, DAY, dateBefore, dated, fill, withControl } from './given.ts'

export type Respect = 'standard' | 'resilient'

export interface Difference {
  /** What happens before; the origin may be dead after it. */
  given: (b: Bench) => Promise<void>
  /** Made anew for each of the two: some steps count. */
  script: () => Step
  standard: string
  resilient: string
  /** The call that shows it. Default: GET. */
  call?: RequestInit
}

export const MINUTE = 60_000
export const stocked = async (b: Bench): Promise<void> => void (await fill(b))
export const wait =
  (ms: number, after?: 'dead') =>
  async (b: Bench): Promise<void> => {
    await fill(b)
    await b.clock.advance(ms)
    if (after === 'dead') await die(b.origin)
  }
export const yearOld: Step = dated('a', (now) => ({ 'Last-Modified': dateBefore(now, 365 * DAY) }))
export const stale: (control: string) => Step = (control) => withControl('a', control, { etag: '"e"' })
export const thenDown = (control: string): Step => inOrder(stale(control), status(503, {}, 'down'))

/** How the answer came about and what it was, or the code of the failure. */
export async function outcome(
  respect: Respect,
  { script, given, call }: Pick<Difference, 'script' | 'given' | 'call'>,
): Promise<string> {
  await using b = await bench({ '/r': script() }, { respect })
  await given(b)
  try {
    const told = await ask(b, call)
    await b.fetch.idle()
    return [told.outcome, told.text, ...told.headers.getSetCookie()].join(' ')
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { Pace, SharedPlace } from '../../model/limits.ts'
import { isFast } from '../../policy/pace.ts'
import { bottleneckPacer } from './bottleneck-pacer.ts'
import type { Pacer } from './pacer.ts'
import { windowPacer } from './window-pacer.ts'

/** Which pacer a rate gets. */
export class Pacers {
  readonly #clock: Clock

  constructor(_shared: SharedPlace | undefined, { clock }: { clock: Clock; report: Report }) {
    this.#clock = clock
  }

  open(_bucket: string, pace: Pace): Promise<Pacer> {
    return isFast(pace) ? windowPacer(pace) : bottleneckPacer(pace, this.#clock)
  }

  async close(): Promise<void> {
    return undefined
  }
}

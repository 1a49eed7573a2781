import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { Pace, SharedPlace } from '../../model/limits.ts'
import { isFast } from '../../policy/pace.ts'
import { bottleneckPacer } from './bottleneck-pacer.ts'
import type { Pacer } from './pacer.ts'
import { punctualPacer } from './punctual-pacer.ts'
import { RedisPlace } from './redis-place.ts'
import { type Place, sharedPacer } from './shared-pacer.ts'
import { SqlitePlace } from './sqlite-place.ts'
import { windowPacer } from './window-pacer.ts'

/** Which pacer a rate gets. */
export class Pacers {
  readonly #clock: Clock
  readonly #report: Report
  readonly #place: Place | undefined
  readonly #rest = { until: Number.NEGATIVE_INFINITY }

  constructor(shared: SharedPlace | undefined, { clock, report }: { clock: Clock; report: Report }) {
    this.#clock = clock
    this.#report = report
    this.#place = placeOf(shared, clock)
  }

  async open(bucket: string, pace: Pace): Promise<Pacer> {
    const place = this.#place
    const local = await punctualPacer(() => (isFast(pace) ? windowPacer(pace) : bottleneckPacer(pace, this.#clock)), this.#clock)
    if (place === undefined) return local
    await place.prepare?.().catch((error: Error) => {
      throw new AttemptFailure('STORE', error.message, { retry: 'never', cause: error })
    })
    const lost = ({ message }: Error): void => {
      const warning = `limits.shared: ${place.name} cannot be reached (${message}); this process keeps its rates by itself`
      this.#report('warning', () => ({ key: '', url: '', warning }))
    }
    return sharedPacer(() => place.next(bucket, pace.within / pace.starts), local, {
      clock: this.#clock,
      rest: this.#rest,
      lost,
    })
  }

  async close(): Promise<void> {
    await this.#place?.close()
  }
}

function placeOf(shared: SharedPlace | undefined, clock: Clock): Place | undefined {
  if (shared === undefined) return undefined
  return shared.name === 'redis' ? new RedisPlace(shared.client, clock) : new SqlitePlace(shared.file, clock)
}

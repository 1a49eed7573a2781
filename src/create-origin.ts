import { bodyPlan } from './policy/body-plan.ts'
import type { Bodies } from './stages/bodies/bodies.ts'
import type { DownloadRooms } from './stages/download/order.ts'
import { Origin } from './stages/download/origin.ts'
import type { Traffic } from './stages/traffic.ts'
import { decoded } from './stages/transport/decode.ts'

type Ground = Pick<DownloadRooms, 'transport' | 'governor' | 'clock' | 'random' | 'report'> & {
  readonly traffic: Traffic
  readonly bodies: Bodies
}

/** The rooms that download. */
export function buildOrigin({ clock, random, report, transport, traffic, governor, bodies }: Ground): Origin {
  return new Origin({
    transport,
    governor,
    clock,
    random,
    report,
    ended: (attempt) => traffic.ended(attempt),
    decoded,
    repetition: {},
    writer: ({ call }, head, expected) => bodies.writer(bodyPlan(call, head, expected)),
    transient: ({ call }) => bodies.transient(call),
    adopt: (call, tier) =>
      bodies.adopt(call.key, tier, ({ head, values, total }) => {
        const plan = bodyPlan(call, head, total)
        return plan.partial?.values === values ? plan : undefined
      }),
  })
}

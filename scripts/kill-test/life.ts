// One life of a program with holdfast in front of a store: it looks at what the life before it left, goes to work, and is killed.
import type { Order, Told } from './order.ts'
import { recover } from './recovery.ts'
import { Scenario } from './scenario.ts'
import { Workplace } from './workplace.ts'

const [text = ''] = process.argv.slice(2)
const order = JSON.parse(text) as Order
const place = new Workplace(order)
const tell = (told: Told): Promise<void> => new Promise((resolve) => process.send?.(told, () => resolve()))

const word = new Promise((resolve) => process.once('message', resolve))

await place.prepare()
const fetch = place.busy()
await tell({ name: 'recovered', seen: await recover(place, fetch) })
await word
if (order.from === 'scenario') place.tripwire.arm()
await new Scenario(place, fetch).play()
await tell({ name: 'over', counts: place.tripwire.counts })
// Until it is killed.
process.on('message', () => undefined)

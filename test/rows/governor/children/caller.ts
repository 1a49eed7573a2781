// One of several processes that share a rate: node caller.ts HOW WHERE COUNT URL. Asks so often when it is told to, and lives on, if it can.
import { memory } from '../../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../../src/index.ts'

const [how = '', where = '', count = '', url = ''] = process.argv.slice(2)
const starts: number[] = []
const fetch = createCachedFetch({
  tiers: [memory()],
  fetch: (input, init) => {
    // One clock for all processes of the machine.
    starts.push(Number(process.hrtime.bigint()) / 1e6)
    return globalThis.fetch(input, init)
  },
  limits: {
    concurrency: 100,
    hosts: [{ match: '127.0.0.1', rate: 10 }],
    shared: how === 'redis' ? { redis: where } : { sqlite: where },
  },
})
const warnings: string[] = []
fetch.on('warning', ({ warning }) => warnings.push(warning))

process.once('message', () => {
  const calls = Array.from({ length: Number(count) }, (_, n) => fetch(`${url}?${process.pid}-${n}`).then(({ status }) => status))
  Promise.all(calls).then(
    (statuses) => process.send?.({ statuses, warnings, starts: starts.slice(1) }, () => process.disconnect()),
    (error) => process.send?.({ error: String(error) }, () => process.disconnect()),
  )
})
// What is imported at the first call takes its time between a start and its arrival.
await fetch(url.replace('127.0.0.1', 'localhost'))
process.send?.('ready')

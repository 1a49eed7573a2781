// One of several processes that share a rate: node caller.ts HOW WHERE COUNT URL. Asks so often when it is told to, and lives on, if it can.
import { memory } from '../../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../../src/index.ts'

const [how = '', where = '', count = '', url = ''] = process.argv.slice(2)
const fetch = createCachedFetch({
  tiers: [memory()],
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
    (statuses) => process.send?.({ statuses, warnings }, () => process.disconnect()),
    (error) => process.send?.({ error: String(error) }, () => process.disconnect()),
  )
})
// What is imported at the first call takes its time between a start and its arrival.
await fetch(url.replace('127.0.0.1', 'localhost'))
process.send?.('ready')

// A program that writes to one SQLite file as it is told: reloads a URL, says labels, sweeps; all at once.
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../../src/index.ts'

interface Task {
  url: string
  reloads?: number
  labels?: string[]
  version?: string
  sweeps?: number
}

const [file = ''] = process.argv.slice(2)
const fetch = createCachedFetch({ tiers: [memory(), sqlite(file)], ttl: 0, versions: { keep: 100 }, storeTimeout: '20s' })

async function work({ url, reloads = 0, labels = [], version, sweeps = 0 }: Task): Promise<string> {
  const entry = fetch.entry(url)
  const reloading = async (): Promise<void> => {
    for (let n = 0; n < reloads; n += 1) await (await fetch(url, { cache: 'reload' })).text()
  }
  const sweeping = async (): Promise<void> => {
    for (let n = 0; n < sweeps; n += 1) await fetch.cache.sweep()
  }
  await Promise.all([
    reloading(),
    sweeping(),
    ...labels.map((label) => entry.label(label, version === undefined ? {} : { version })),
  ])
  await fetch.idle()
  return 'done'
}

process.on('message', (task: Task) => {
  work(task).then(
    (word) => process.send?.(word),
    (error: unknown) => process.send?.(String(error)),
  )
})
process.send?.('ready')

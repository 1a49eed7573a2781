// One job in a process of its own: what another one left in memory is not in the figures.
import { fill, open } from './cache.ts'
import { gauged } from './gauge.ts'
import type { Job, Told } from './job.ts'
import { misses } from './misses.ts'
import { WORKS } from './works.ts'

process.once('message', (job: Job) => {
  void done(job).then((told) => {
    process.send?.(told)
    process.disconnect()
  })
})

async function done(job: Job): Promise<Told> {
  switch (job.name) {
    case 'fill': {
      const { cost } = await gauged(() => fill(job.file, job.entries))
      return { cost, result: `${job.entries} entries` }
    }
    case 'look after':
      return lookedAfter(job.file, job.work)
    case 'miss':
      return { cost: await misses(job.keeper, job), result: `${job.count} downloads` }
  }
}

async function lookedAfter(file: string, name: string): Promise<Told> {
  const work = WORKS.find((one) => one.name === name)
  if (work === undefined) throw new Error(`nothing is called ${name}`)
  await using fetch = open(file)
  // Opens the file, which is not the question.
  await fetch.cache.has('https://host-0.example/nothing')
  const { cost, value } = await gauged(() => work.run(fetch, file))
  return { cost, result: value }
}

// Downloads while no module can be loaded, as when the process may open no more files, and again when there is: tells what came of each.
import { registerHooks } from 'node:module'
import { memory } from '../../../../adapters/stores/memory.ts'
import { createCachedFetch, inspect } from '../../../../src/index.ts'

let mayLoad = false
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === 'p-retry' && !mayLoad) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    return next(specifier, context)
  },
})
let failures = 1
const fetch = createCachedFetch({
  tiers: [memory()],
  retry: { minDelay: 1, maxDelay: 1 },
  fallback: { cooldown: 0 },
  fetch: async () => new Response('new', { status: failures-- > 0 ? 503 : 200 }),
})
const told: string[] = []
async function tell(path: string): Promise<void> {
  failures = 1
  told.push(
    await fetch(`https://example.org/${path}`).then(
      async (response) => `${response.status} ${await response.text()} ${inspect(response)?.outcome}`,
      (error: Error) => error.message,
    ),
  )
}
await fetch.put('https://example.org/stored', new Response('old'))
for (const path of ['stored', 'missing']) await tell(path)
mayLoad = true
await tell('missing')
await fetch.close()
process.stdout.write(JSON.stringify(told))

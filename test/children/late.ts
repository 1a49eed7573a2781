import { registerHooks } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Does what its argument names, and tells which modules of the repository that has loaded. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const loaded: string[] = []

registerHooks({
  load: (url, context, next) => {
    if (url.startsWith('file:')) loaded.push(relative(ROOT, fileURLToPath(url)))
    return next(url, context)
  },
})

const { buffered, cachedFetch, createCachedFetch } = await import('../../src/index.ts')
const { memory } = await import('../../adapters/stores/memory.ts')
const { sqlite } = await import('../../adapters/stores/sqlite.ts')

const [what = '', url = ''] = process.argv.slice(2)

const PROGRAMS: Readonly<Record<string, () => Promise<unknown>>> = {
  'makes an instance': async () => createCachedFetch({ tiers: [memory(), sqlite(':memory:')] }),
  'uses what asks nothing': async () => {
    const fetch = createCachedFetch({ tiers: [memory()] })
    fetch.on('stored', () => undefined)
    fetch.entry('https://example.org/')
    fetch.prefetch(['https://example.org/'])
    buffered(async () => 1)
    cachedFetch.extend({ ttl: '1m' })
    return [fetch.cache.stats(), fetch.cache.hosts(), await fetch.cache.has('https://example.org/'), await fetch.idle()]
  },
  'closes what nobody used': async () => createCachedFetch({ tiers: [memory(), sqlite(':memory:')] }).close(),
  'asks an origin': async () => (await createCachedFetch({ tiers: [memory()] })(url)).text(),
}

await PROGRAMS[what]?.()
process.send?.(loaded)

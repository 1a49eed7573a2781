// A program with holdfast in front of one SQLite file: for each list of addresses that it is sent, tells what is at rest of
// them, then what it gets, then that it is done. It lives until it is killed.
import { memory } from '../../adapters/stores/memory.ts'
import { sqlite } from '../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect } from '../../src/index.ts'
import { sha256 } from '../../test/helpers/digest.ts'
import type { Told } from './told.ts'

const [file = ''] = process.argv.slice(2)
const fetch = createCachedFetch({
  tiers: [memory({ maxEntryBytes: '64KB' }), sqlite(file)],
  ttl: 0,
  fallback: { cooldown: 0 },
  retry: { attempts: 12, minDelay: '5ms', maxDelay: '50ms' },
})

async function told(url: string, kind: Told['kind']): Promise<Told> {
  try {
    const response = await fetch(url, kind === 'at rest' ? { cache: 'only-if-cached' } : {})
    const digest = sha256(new Uint8Array(await response.arrayBuffer()))
    const inspection = inspect(response)
    const attempts = inspection !== undefined && 'attempts' in inspection ? inspection.attempts : []
    const [first, ...later] = attempts.map(({ resumedFrom }) => resumedFrom !== undefined)
    const resumed = first ? 'first attempt' : later.includes(true) ? 'later attempt' : 'never'
    return { kind, url, status: response.status, digest, outcome: inspection?.outcome, resumed }
  } catch (error) {
    return { kind, url, error: (error as { code?: string }).code ?? String(error) }
  }
}

async function tellAll(urls: readonly string[]): Promise<void> {
  await Promise.all(
    urls.map(async (url) => {
      process.send?.(await told(url, 'at rest'))
      process.send?.(await told(url, 'fetched'))
    }),
  )
  process.send?.('done')
}

process.on('message', (urls: string[]) => void tellAll(urls))
process.send?.('ready')

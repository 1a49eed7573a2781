// A program with holdfast in front of one SQLite file: fetches when it is told to, says what it got, and lives until it is killed.
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect } from '../../../../src/index.ts'
import { sha256 } from '../../../helpers/digest.ts'

const [file = ''] = process.argv.slice(2)
const fetch = createCachedFetch({ tiers: [memory({ maxEntryBytes: '64KB' }), sqlite(file)] })

async function answer(url: string): Promise<void> {
  try {
    const response = await fetch(url)
    const digest = sha256(new Uint8Array(await response.arrayBuffer()))
    process.send?.({ digest, outcome: inspect(response)?.outcome })
  } catch (error) {
    process.send?.({ error: String(error) })
  }
}

process.on('message', (url: string) => void answer(url))
process.send?.('ready')

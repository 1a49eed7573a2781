// Opens stores that are not there yet, and one that was, where nothing may be made: node open-there.ts DIRECTORY READY GO
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { folder } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'

const [directory, ready, go] = process.argv.slice(2) as [string, string, string]
const why = (error: Error): string => error.message
const before = folder(join(directory, 'before'))
await before.set('h1:e:a', new Uint8Array([1]))
writeFileSync(ready, '')
while (!existsSync(go)) await setTimeout(20)
const opened = [sqlite(join(directory, 'new', 'cache.db')), folder(join(directory, 'new')), folder(join(directory, 'a', 'b'))]
const messages = await Promise.all(opened.map((store) => store.open().then(() => 'opened', why)))
const leased = await before.lease?.('h1:e:a', 1_000).then(() => 'leased', why)
process.stdout.write(JSON.stringify({ messages, leased }))

// Opens a store as a user who owns nothing, reads one key, and tells how that went: node try-open.ts sqlite|folder PATH read|write
import { folder } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'

const NOBODY = 65534

const [kind, path, mode] = process.argv.slice(2) as [string, string, string]
// Root may do everything. Given up only here, when all modules are loaded: nobody may not be allowed to read the checkout.
if (process.getuid?.() === 0) {
  process.setgid?.(NOBODY)
  process.setuid?.(NOBODY)
}
const store = (kind === 'sqlite' ? sqlite : folder)(path, { readOnly: mode === 'read' })
const answer = await store.get('h1:e:a').then(
  (value) => ({ value: value && [...value] }),
  (error: { code: string; message: string }) => ({ code: error.code, message: error.message }),
)
process.send?.(answer)
await store.close()
process.disconnect()

// Sends itself a signal before the n-th change of a file that a write makes, half done where it is one of bytes; then tells how it went:
// node signal-at.ts FOLDER N SIGNAL set|delete|many|body [CALL]
import { writeSync } from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { folder } from '../../../../adapters/stores/folder.ts'

const [dir, n, signal, what, only] = process.argv.slice(2) as [string, string, NodeJS.Signals, string, string | undefined]
let left = Number.POSITIVE_INFINITY

type Call = (...args: unknown[]) => unknown

function counted(owner: object, names: readonly string[]): void {
  const calls = owner as Record<string, Call>
  for (const name of names) {
    const call = calls[name] as Call
    calls[name] = function (this: FileHandle, ...args) {
      if ((only === undefined || only === name) && --left === 0) {
        const [bytes, , length, position] = args as [Uint8Array, number?, number?, number?]
        if (name.startsWith('write')) writeSync(this.fd, bytes, 0, (length ?? bytes.length) >> 1, position ?? null)
        writeSync(1, 'now\n')
        process.kill(process.pid, signal)
      }
      return call.apply(this, args)
    }
  }
}

const store = folder(dir)
await store.open()
const some = await fs.open(process.execPath)
counted(Object.getPrototypeOf(some) as object, ['write', 'writeFile', 'datasync', 'truncate', 'close'])
await some.close()
counted(fs, ['open', 'rename', 'link', 'unlink', 'mkdir', 'rmdir', 'rm'])
syncBuiltinESMExports()

const value = new Uint8Array(9_000).fill(9)
const lease = what === 'set' || what === 'delete' ? await store.lease?.('lease', 1) : undefined
const fence = lease === undefined ? {} : { fence: lease }
left = Number(n)
const work = {
  set: () => store.set('h1:e:a', value, fence),
  delete: () => store.delete(['h1:e:a'], fence),
  many: () =>
    store.setMany([
      { key: 'h1:v:a', value, expires: 9e15 },
      { key: 'h1:e:a', value },
    ]),
  body: () => store.bodies?.append('body', value) ?? Promise.resolve(),
}[what as 'set']
const outcome = await work().then(
  () => 'done',
  (error: { code: string }) => error.code,
)
left = Number.POSITIVE_INFINITY
await store.close()
process.send?.(outcome)
process.disconnect()

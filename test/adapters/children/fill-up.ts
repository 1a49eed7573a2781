// Writes until there is no room, makes room, and writes again: node fill-up.ts DIRECTORY [BALLAST]
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sqlite } from '../../../adapters/stores/sqlite.ts'

const [directory, ballast] = process.argv.slice(2) as [string, string | undefined]
const store = sqlite(join(directory, 'cache.db'))
const value = (n: number): Uint8Array => new Uint8Array(30_000).fill(n)
const failures: { code: string; message: string }[] = []
let stored = 0
while (failures.length === 0) {
  // A few at once: the one that fails must not take along what fits.
  const outcomes = await Promise.allSettled([0, 1, 2].map((n) => store.set(`h1:e:${stored + n}`, value(stored + n))))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') stored++
    else failures.push({ code: outcome.reason.code, message: outcome.reason.message })
  }
}
const piece = new Uint8Array(500_000).fill(7)
let pieces = 0
const bodyFailure = await (async () => {
  for (;;) {
    try {
      await store.bodies?.append('body', piece)
      pieces++
    } catch (error) {
      return error as { code: string; message: string }
    }
  }
})()
const wrong: string[] = []
for (let n = 0; n < stored; n++) {
  const found = await store.get(`h1:e:${n}`)
  if (found === undefined || !Buffer.from(found).equals(value(n))) wrong.push(`${n}`)
}
const size = (await store.bodies?.size('body')) ?? 0
const body = await store.bodies?.read('body', 0, size)
if (size !== pieces * piece.length || (body ?? []).some((byte) => byte !== 7)) wrong.push('body')
let again: string | undefined
if (ballast !== undefined) {
  rmSync(ballast)
  again = await store.set('h1:e:again', value(1)).then(
    () => 'stored',
    (error: Error) => error.message,
  )
}
const mode = statSync(join(directory, 'cache.db')).mode & 0o777
process.stdout.write(
  `${JSON.stringify({ stored, failures, bodyFailure: { code: bodyFailure.code, message: bodyFailure.message }, wrong, again, mode })}\n`,
)
await store.close()

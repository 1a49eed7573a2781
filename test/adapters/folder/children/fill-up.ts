// Writes until there is no room, makes room, and writes again: node fill-up.ts FOLDER [BALLAST]
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../../../../adapters/stores/folder.ts'

interface Failure {
  code: string
  message: string
}

const [dir, ballast] = process.argv.slice(2) as [string, string | undefined]
const store = folder(join(dir, 'cache'))
const value = (n: number): Uint8Array => new Uint8Array(30_000).fill(n)
const failureOf = (work: Promise<void> | undefined): Promise<Failure | undefined> =>
  (work ?? Promise.resolve()).then(
    () => undefined,
    ({ code, message }: Failure) => ({ code, message }),
  )
await store.set('h1:e:0', value(0))
const tooLarge = await failureOf(store.set('h1:e:0', new Uint8Array(4_000_000)))
let stored = 1
let failure: Failure | undefined
while (failure === undefined && stored < 200) {
  failure = await failureOf(store.set(`h1:e:${stored}`, value(stored)))
  if (failure === undefined) stored++
}
const piece = new Uint8Array(300_000).fill(7)
let pieces = 0
let bodyFailure: Failure | undefined
for (; bodyFailure === undefined; pieces++) bodyFailure = await failureOf(store.bodies?.append('body', piece))
const wrong: string[] = []
for (let n = 0; n < stored; n++) {
  const found = await store.get(`h1:e:${n}`)
  if (found === undefined || !Buffer.from(found).equals(value(n))) wrong.push(`${n}`)
}
const size = (await store.bodies?.size('body')) ?? 0
const body = await store.bodies?.read('body', 0, size)
if (size !== (pieces - 1) * piece.length || (body ?? []).some((byte) => byte !== 7)) wrong.push('body')
const removed = (await failureOf(store.delete(['h1:e:1']))) ?? (await failureOf(store.bodies?.delete(['body'])))
let again: string | undefined
if (ballast !== undefined) {
  rmSync(ballast)
  again = (await failureOf(store.set('h1:e:again', value(1))))?.message ?? 'stored'
}
await store.close()
process.stdout.write(`${JSON.stringify({ stored, tooLarge, failure, bodyFailure, wrong, removed, again })}\n`)

// Writes pairs, pieces of a body and deletions for ever, one number a round: node write-until-killed.ts FILE FIRST
import { sqlite } from '../../../adapters/stores/sqlite.ts'

const [file, first] = process.argv.slice(2) as [string, string]
const store = sqlite(file)
for (let n = Number(first); ; n++) {
  const value = new Uint8Array(20_000).fill(n % 251)
  const id = `body${Math.floor(n / 4)}`
  await Promise.all([
    store.setMany([
      { key: `h1:e:left-${n}`, value },
      { key: `h1:e:right-${n}`, value },
    ]),
    store.bodies?.append(id, new Uint8Array(300_000).fill(n % 251)),
    store.delete([`h1:e:left-${n - 50}`, `h1:e:right-${n - 50}`]),
  ])
  process.stdout.write(`${n}\n`)
}

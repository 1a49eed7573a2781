// Once told to, writes without waiting and without closing, and then has nothing else to do: node write-and-leave.ts FILE
import { sqlite } from '../../../adapters/stores/sqlite.ts'

let pauses = 0
const store = sqlite(process.argv[2] as string, {
  busyTimeout: 20_000,
  // Asked at each pause of a locked database: so the test learns that it has met the lock several times, and lives.
  random: () => {
    if (++pauses === 5) process.stdout.write('waiting\n')
    return 0.5
  },
})
await store.bodies?.append('body', Uint8Array.of(1))
process.once('message', () => {
  void store.set('h1:e:left', Uint8Array.of(7))
  process.disconnect()
})
process.send?.('opened')

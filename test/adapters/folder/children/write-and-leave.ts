// Once told to, writes without waiting and without closing, and then has nothing else to do: node write-and-leave.ts FOLDER
import { folder } from '../../../../adapters/stores/folder.ts'

const store = folder(process.argv[2] as string)
await store.bodies?.append('body', Uint8Array.of(1))
process.once('message', () => {
  void store.set('h1:e:left', Uint8Array.of(7))
  process.disconnect()
})
process.send?.('opened')

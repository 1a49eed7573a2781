// Writes a value of each kind and a body, and tells what is there then: node permitted.ts FOLDER
import { folder } from '../../../../adapters/stores/folder.ts'

const store = folder(process.argv[2] as string)
const KEYS = ['h1:e:a', 'h1:v:a:1', 'h1:s:a', 'h1:t:a', 'h1:c:body:0']
let failure: string | undefined
await store.setMany(KEYS.map((key) => ({ key, value: Buffer.from(key) }))).catch((error: Error) => (failure = error.message))
await store.bodies?.append('body', Buffer.alloc(70_000))
const there = (await store.getMany(KEYS)).map((value) => value && Buffer.from(value).toString())
process.send?.({ failure, there, size: await store.bodies?.size('body') })
await store.close()
process.disconnect()

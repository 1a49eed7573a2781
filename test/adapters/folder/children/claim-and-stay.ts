// A thread that begins bodies, claims room for their rest, and does not end by itself. Its workerData: [FOLDER, MAXBYTES, BODIES]
import { parentPort, workerData } from 'node:worker_threads'
import { folder } from '../../../../adapters/stores/folder.ts'

const [dir, maxBytes, bodies] = workerData as [string, number, number]
const store = folder(dir, { maxBytes })
for (let body = 0; body < bodies; body++) {
  for (let piece = 0; piece < 17; piece++) await store.bodies?.append(`body-${body}`, new Uint8Array(4_096))
}
parentPort?.on('message', () => undefined)
parentPort?.postMessage('claimed')

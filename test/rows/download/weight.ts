import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { rounds } from '../../helpers/turning.ts'

const MIB = 1024 * 1024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** MiB that are alive in this process: what nothing refers to any more is out. */
export async function alive(): Promise<number> {
  for (let n = 0; n < 4; n += 1) {
    collect()
    await rounds()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / MIB
}

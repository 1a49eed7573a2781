import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename } from 'node:path'
import { codeOf } from './faults.ts'

/** Milliseconds after which what a process of another machine, or of before the last start of this one, has left is taken for left over. */
const FORGOTTEN_AFTER = 24 * 3_600_000

const NAME = /^([0-9a-f]{12})-(\d{1,10})-(\d{1,20})$/

/** Bytes of a digest that tell machines apart. */
const TAG = 12

/** The processes that write into a folder, and their threads, told apart so that what the dead ones left can be removed, and nothing of the living. */
export interface Writers {
  /** Of this thread: where it runs, its number, when it began; nobody else ever has the same. */
  readonly own: string
  /** Whether the process or the thread of that name has ended. `quietFor`: milliseconds since it left the thing in question. */
  isGone(name: string, quietFor: number): Promise<boolean>
}

export async function writersHere(): Promise<Writers> {
  const tag = createHash('sha256')
    .update(await thisPlace())
    .digest('hex')
    .slice(0, TAG)
  const number = numberHere()
  const began = await beginning(number)
  return {
    own: `${tag}-${number}-${began ?? 0}`,
    isGone: async (name, quietFor) => {
      const [, place, pid, since] = NAME.exec(name) ?? []
      if (place === undefined) return false
      if (place !== tag) return quietFor > FORGOTTEN_AFTER
      return since === '0' ? !isRunning(Number(pid)) : (await beginning(Number(pid))) !== since
    },
  }
}

/**
 * The number of this thread, for a thread may be terminated while its process goes on for months. That of a process's first thread is the
 * process's own, and this stands in where the system tells none.
 */
function numberHere(): number {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')))
  } catch {
    return process.pid
  }
}

/** Numbers of processes mean something within one start of one machine, and one namespace of processes. */
async function thisPlace(): Promise<string> {
  const [boot, namespace] = await Promise.all(
    [readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid')].map((read) => read.catch(() => '')),
  )
  return `${hostname()} ${boot} ${namespace}`
}

/** When a process began, in the system's own count; undefined where there is none of that number, or where the system does not tell. */
async function beginning(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  // The second field is the program's name in brackets, and may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  // One that has ended and that its parent has not asked after yet.
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19]
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Lease, Store } from '../../../src/model/store.ts'
import type { ContractRunner } from './bench.ts'

type Order = { lease: string; ms: number } | { write: string; value: number }
type Answer = { answer: string }

/**
 * For the `holder` of a contract runner: serves one lease holder over the process's IPC channel, until the parent ends it.
 * Call it in a module of its own that opens the same content as the suite does.
 */
export async function actAsLeaseHolder(open: () => Promise<Store>): Promise<void> {
  const store = await open()
  let fence: Lease | undefined
  const follow = async (order: Order): Promise<string> => {
    if ('lease' in order) {
      fence = await store.lease?.(order.lease, order.ms)
      return fence === undefined ? 'refused' : 'granted'
    }
    await store.set(order.write, Uint8Array.of(order.value), fence === undefined ? {} : { fence })
    return 'written'
  }
  const answer = (text: string): void => {
    if (process.connected) process.send?.({ answer: text })
  }
  process.on('message', (order: Order) => {
    follow(order).then(answer, (error: { code?: string; message?: string }) => answer(error.code ?? `${error.message}`))
  })
  answer('ready')
}

/** The parent's end. */
export class HolderProcess {
  readonly #child: ChildProcess
  readonly #answers: string[] = []
  #wake: () => void = () => undefined

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', ({ answer }: Answer) => {
      this.#answers.push(answer)
      this.#wake()
    })
    child.on('exit', (code, signal) => {
      this.#answers.push(`the holder ended by ${signal ?? code}`)
      this.#wake()
    })
  }

  static async start({ module, args }: NonNullable<ContractRunner['holder']>): Promise<HolderProcess> {
    const path = module instanceof URL ? fileURLToPath(module) : module
    const holder = new HolderProcess(fork(path, args?.() ?? [], { execArgv: [] }))
    await holder.#expect('ready')
    return holder
  }

  async take(lease: string, ms: number): Promise<void> {
    this.#child.send({ lease, ms } satisfies Order)
    await this.#expect('granted')
  }

  stop(): void {
    this.#child.kill('SIGSTOP')
  }

  /** The holder wakes up, and writes under the lease that it believes to hold. Its outcome: 'written', or the code of its failure. */
  async continueAndWrite(key: string, value: number): Promise<string> {
    this.#child.send({ write: key, value } satisfies Order)
    this.#child.kill('SIGCONT')
    return this.#answer()
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  async #expect(answer: string): Promise<void> {
    const given = await this.#answer()
    if (given !== answer) throw new Error(`the holder was to answer ${answer}, and answered ${given}`)
  }

  async #answer(): Promise<string> {
    while (this.#answers.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#answers.shift() as string
  }
}

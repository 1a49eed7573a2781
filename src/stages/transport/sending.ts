import { AsyncLocalStorage } from 'node:async_hooks'

/** Which URL a fetch that is not ours is being asked for, as those see it whom it calls: it may stand around ours, and come back to it. */
export class Sending {
  readonly #urls = new AsyncLocalStorage<string>()

  get url(): string | undefined {
    return this.#urls.getStore()
  }

  during<T>(url: string, send: () => T): T {
    return this.#urls.run(url, send)
  }
}

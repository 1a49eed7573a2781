import { buffered } from 'holdfast'

// Only decorators of the standard reach what is private.
export class Github {
  readonly token: string
  constructor(token: string) {
    this.token = token
  }
  @buffered async #me(n: number): Promise<string> {
    return this.token + n
  }
  @buffered({ ttl: '1m' }) static async #all(): Promise<string[]> {
    return []
  }
  async me(): Promise<string> {
    return (await Github.#all()).join() + (await this.#me(1))
  }
  // @ts-expect-error there is no such option
  @buffered({ tll: 1 }) async misspelt(): Promise<void> {}
  // @ts-expect-error an accessor is no method
  @buffered accessor name: string = 'a'
}

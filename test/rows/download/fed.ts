import { ClientGone, type Exchange, type Step } from '../../helpers/origin/index.ts'

/** Each piece leaves when `next` is called: a body as slow as the hand-turned clock wants it. */
export function fed(total: number): { step: Step; next(bytes: Uint8Array): Promise<void> } {
  const started = Promise.withResolvers<Exchange>()
  const ended = Promise.withResolvers<void>()
  let sent = 0
  return {
    step: async (exchange) => {
      await exchange.head(200, { 'Content-Length': String(total) })
      started.resolve(exchange)
      await exchange.until(ended.promise)
    },
    next: async (bytes) => {
      await (await started.promise).send(bytes).catch(unlessGone)
      sent += bytes.length
      if (sent === total) ended.resolve()
    },
  }
}

/** That the client has had enough is for the test to see, not for the origin. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ClientGone)) throw error
}

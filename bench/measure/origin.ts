import { fork } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Seen } from '../origin/ledger.ts'

/** Starts the origin in a process of its own. Disposing ends it. */
export async function startOrigin(): Promise<AsyncDisposable & { readonly url: string }> {
  const child = fork(fileURLToPath(new URL('../origin/server.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [url] = (await once(child, 'message')) as [string]
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const over = once(child, 'exit')
      child.disconnect()
      await over
    },
  }
}

/** What the origin was asked for this URL. By node:http, so that the client's own connections and pools see nothing of it. */
export async function seen(url: string): Promise<Seen> {
  const { origin, pathname, search } = new URL(url)
  const request = get(`${origin}/seen?of=${encodeURIComponent(`${pathname}${search}`)}`, { agent: false })
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  return (await json(response)) as Seen
}

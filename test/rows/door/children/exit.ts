// A program that ends without closing anything. Whether and when it ends is the question.
import { setImmediate } from 'node:timers/promises'
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { type CachedFetch, cachedFetch, createCachedFetch, type Options } from '../../../../src/index.ts'

const [url = '', what = '', file = ''] = process.argv.slice(2)
const made = (options: Options = {}): CachedFetch => createCachedFetch({ tiers: [memory(), sqlite(file)], ...options })
const say = (text: string): void => console.log(text)

const programs: Record<string, () => unknown> = {
  made: () => made(),
  read: () =>
    made()(url)
      .then((response) => response.text())
      .then(say),
  unread: () => made()(url).then(({ status }) => say(String(status))),
  default: () =>
    cachedFetch(url)
      .then((response) => response.text())
      .then(say),
  listening: () => {
    const fetch = made()
    fetch.on('stored', ({ version }) => say(String(version.size)))
    return fetch(url).then((response) => response.text())
  },
  left: async () => {
    const reader = (await made()(url, { holdfast: { delivery: 'streaming' } })).body?.getReader()
    // The last byte waits for the end, which does not come.
    for (let bytes = 0; bytes < 499; ) bytes += (await reader?.read())?.value?.length ?? 0
    const waiting = reader?.read()
    await setImmediate()
    await reader?.cancel()
    say(String((await waiting)?.done))
  },
  fallback: async () => {
    const fetch = made({ retry: false })
    await fetch.put(url, new Response('kept'))
    say(await (await fetch(url)).text())
  },
  aborted: async () => {
    const failure = await made()(url, { signal: AbortSignal.timeout(50) }).catch((error: unknown) => error as Error)
    say(failure instanceof Error ? failure.name : 'resolved')
  },
  paced: async () => {
    const fetch = made({ limits: { hosts: [{ match: '127.0.0.1', rate: 1, per: '1h' }] } })
    say(await (await fetch(url)).text())
    const failure = await fetch(`${url}?2`, { signal: AbortSignal.timeout(300) }).catch((error: unknown) => error as Error)
    say(failure instanceof Error ? failure.name : 'resolved')
  },
  waiting: () =>
    void made({ retry: { attempts: 2, minDelay: 400, maxDelay: 400 }, random: () => 0.999 })(url)
      .then((response) => response.text())
      .then(say),
  told: () =>
    void made({ retry: { attempts: 2 } })(url)
      .then((response) => response.text())
      .then(say),
}
await programs[what]?.()

import type { Fetch } from '../../scripts/conformance/conduct.ts'

/** Caches of a few lines, each right or wrong in one way that a definition can name. */
export type StandIn = () => Fetch

export const nothingStored: StandIn = () => fetch

/** Gives the first answer to an address for ever. */
export const neverAsksAgain: StandIn = () => {
  const held = new Map<string, Response>()
  return async (url, init) => {
    const response = held.get(url) ?? (await fetch(url, init))
    held.set(url, response)
    return response.clone()
  }
}

/** Asks each time whether the first answer still holds. */
export const alwaysValidates: StandIn = () => {
  const held = new Map<string, Response>()
  return async (url, init) => {
    const first = held.get(url)
    if (first === undefined) {
      held.set(url, await fetch(url, init))
      return (held.get(url) as Response).clone()
    }
    const headers = new Headers(init.headers)
    const [etag, date] = [first.headers.get('ETag'), first.headers.get('Last-Modified')]
    if (etag !== null) headers.set('If-None-Match', etag)
    if (date !== null) headers.set('If-Modified-Since', date)
    const response = await fetch(url, { ...init, headers })
    return response.status === 304 ? new Response(await first.clone().text(), { headers: response.headers }) : response
  }
}

export const sendsTwice: StandIn = () => async (url, init) => {
  await (await fetch(url, init)).text()
  return fetch(url, init)
}

/** Answers with these changes to what the origin said. */
export const rewrites =
  (change: (headers: Headers, body: string) => string): StandIn =>
  () =>
  async (url, init) => {
    const response = await fetch(url, init)
    const headers = new Headers(response.headers)
    return new Response(change(headers, await response.text()), { status: response.status, headers })
  }

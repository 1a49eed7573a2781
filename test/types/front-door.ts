import { type CachedFetch, cachedFetch, createCachedFetch, type Init, type Input } from 'holdfast'

// In the place of fetch, wherever a program has one.
export const dropIn: typeof fetch = cachedFetch
export const own: typeof fetch = createCachedFetch()

export function takesFetch(load: typeof globalThis.fetch): Promise<Response> {
  return load('https://example.org/')
}
export const passed: Promise<Response> = takesFetch(cachedFetch)

// The platform's arguments.
export async function arguments_(signal: AbortSignal, request: Request): Promise<readonly Response[]> {
  return [
    await cachedFetch('https://example.org/'),
    await cachedFetch(new URL('https://example.org/')),
    await cachedFetch(request, { signal, cache: 'only-if-cached', redirect: 'manual', integrity: 'sha256-x' }),
    await cachedFetch('https://example.org/', { headers: new Headers({ accept: 'text/csv' }), method: 'POST', body: 'a=1' }),
    await cachedFetch('https://example.org/', { signal: AbortSignal.timeout(500), headers: [['accept', '*/*']] }),
  ]
}

// Ours, under one name.
const init: Init = { method: 'GET', holdfast: { ttl: '5m', fallback: false } }
const input: Input = new URL('https://example.org/')
export const answer: Promise<Response> = cachedFetch(input, init)
/** An Init is legal for plain fetch too. */
export const plain: Promise<Response> = fetch('https://example.org/', init)

// What hangs on the callable.
export async function lifeOfAnInstance(): Promise<void> {
  await using instance = createCachedFetch({ mode: 'prefer-offline' })
  const child: CachedFetch = instance.extend({ ttl: '1h' })
  const has: boolean = await child.cache.has('https://example.org/', { headers: { accept: 'text/csv' } })
  const { id, digest, storedAt } = await child.put('https://example.org/', Response.json({ has }), {
    labels: ['seed'],
    storedAt: new Date(0),
  })
  const facts: [string, string, Date] = [id, digest, storedAt]
  await instance.idle()
  await instance.close()
  console.log(facts)
}

export const mistakes = [
  // @ts-expect-error no resource is named
  () => cachedFetch(),
  // @ts-expect-error a number is no resource
  () => cachedFetch(1),
  // @ts-expect-error the cache modes are those of the standard
  () => cachedFetch('https://example.org/', { cache: 'sometimes' }),
  // @ts-expect-error an answer is promised, not given
  (): Response => cachedFetch('https://example.org/'),
]

// The default instance in a program of its own: it tells what it did, and fetches what it is told to.
process.umask(0)
/** Timers, sockets, files, watchers. Node opens the pipes of the standard streams itself, when it likes. */
const resources = (): string[] => process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap')
const before = resources()
const { cachedFetch, inspect } = await import('../../../../src/index.ts')
const after = resources()

const warnings: string[] = []
if (process.argv[2] === 'listen') {
  cachedFetch.on('warning', ({ warning }) => void warnings.push(warning))
  cachedFetch.on('tier-error', ({ error }) => void warnings.push(error.message))
}
process.send?.({ resources: [before, after] })

process.on('message', (url: string) => {
  void answer(url).then((told) => process.send?.(told))
})

async function answer(url: string): Promise<object> {
  try {
    const response = await cachedFetch(url)
    const length = (await response.bytes()).length
    const seen = inspect(response)
    const tier = seen !== undefined && 'tier' in seen ? seen.tier : undefined
    return { length, outcome: seen?.outcome, tier, warnings }
  } catch (error) {
    return { error: String(error) }
  }
}

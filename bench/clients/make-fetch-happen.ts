import makeFetchHappen from 'make-fetch-happen'
import { bodyOf, SHORT_DELAY, serve, TRIES, versionOf } from './serve.ts'

const fetch = makeFetchHappen.defaults({
  cachePath: 'cache',
  retry: { retries: TRIES - 1, minTimeout: SHORT_DELAY, maxTimeout: 10 * SHORT_DELAY },
})

serve(versionOf('make-fetch-happen'), async ({ url }) => bodyOf(await fetch(url)))

import { createCachedFetch } from 'holdfast'
import { bodyOf, SHORT_DELAY, serve, versionOf } from './serve.ts'

// Six tries are the default. Memory and SQLite are too; the database is in this process's own folder.
const fetch = createCachedFetch({ retry: { minDelay: SHORT_DELAY } })

serve(versionOf('holdfast'), async ({ url, integrity = '' }) => bodyOf(await fetch(url, { integrity })))

// A program that forgets to close its store: node redis-leave.ts HOW ...URLS, with HOW one of use, lose, cluster
import { redis } from '../../../adapters/stores/redis.ts'

const [, , how = '', ...urls] = process.argv
const given = how === 'cluster' ? { rootNodes: urls.map((url) => ({ url })) } : (urls[0] as string)
const store = redis(given, { prefix: `leave-${process.pid}` })
if (how === 'lose') await store.get('h1:e:a').catch((error: Error) => console.log(error.message))
else await store.set('h1:e:a', Uint8Array.of(1))
// Not awaited: what was called is done before the program ends.
if (how !== 'lose') void store.set('h1:e:b', Uint8Array.of(2)).then(() => console.log('written'))

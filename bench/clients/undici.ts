import { Agent, interceptors, request } from 'undici'
import { SHORT_DELAY, serve, TRIES, versionOf } from './serve.ts'

// `request`, since `fetch` asks for gzip, which cannot be resumed. 404 beside its own statuses: the file is known to be there.
const dispatcher = new Agent().compose(
  interceptors.redirect({ maxRedirections: 20 }),
  interceptors.retry({
    maxRetries: TRIES - 1,
    minTimeout: SHORT_DELAY,
    statusCodes: [404, 429, 500, 502, 503, 504],
  }),
)

serve(versionOf('undici'), async ({ url }) => {
  const { statusCode, body } = await request(url, { dispatcher })
  if (statusCode !== 200) throw new Error(`the answer has status ${statusCode}`)
  return body.bytes()
})

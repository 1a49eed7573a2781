import got from 'got'
import { SHORT_DELAY, serve, TRIES, versionOf } from './serve.ts'

const { retry } = got.defaults.options

// Its own lists, and what a body that breaks in the middle ends with. 404: the file is known to be there.
const client = got.extend({
  retry: {
    limit: TRIES - 1,
    backoffLimit: SHORT_DELAY,
    statusCodes: [...(retry.statusCodes ?? []), 404],
    errorCodes: [...(retry.errorCodes ?? []), 'ERR_HTTP_CONTENT_LENGTH_MISMATCH'],
  },
})

serve(versionOf('got'), ({ url }) => client(url).buffer())

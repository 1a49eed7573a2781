import type { Mutant } from './mutant.ts'

/** Mistakes elsewhere, each a promise that the rules and the download room lean on. */
export const ROOMS: readonly Mutant[] = [
  {
    name: 'a broken body is taken as whole',
    file: 'src/stages/transport/wire-body.ts',
    find: 'this.#stop({ with: error })',
    replace: 'this.#end()',
    tests: ['test/rows/download/codings.test.ts'],
    killer: 'chunks with the fault unterminated: right in the end, or told',
  },
  {
    name: 'a failed refresh is not remembered',
    file: 'src/landing.ts',
    find: 'await stages.versions.failed(call, found, error)',
    replace: 'void 0',
    tests: ['test/rows/download/cooldown.test.ts'],
    killer: 'an outage costs one series of attempts, not one per caller',
  },
  {
    name: 'a caller who leaves takes the flight along',
    file: 'src/stages/flights/flights.ts',
    find: 'if (state.waiters > 0 || state.detached) return',
    replace: '',
    tests: ['test/rows/download/coalescing-and-abort.test.ts'],
    killer:
      'each caller has a signal of its own the first one leaves, then all but one of the rest: that one has its answer, from the one request',
  },
  {
    name: 'a chunk is not checked',
    file: 'src/stages/bodies/at-rest.ts',
    find: 'sealOf(chunk, bodyId, n).compare(bytes, length) !== 0',
    replace: 'false',
    tests: ['test/rows/stores/damage.test.ts'],
    killer: 'one flipped byte in a large body at rest: the stream breaks, or the body is fetched anew; never wrong bytes',
  },
  {
    name: 'a record of another key is used',
    file: 'src/stages/tiers/codec.ts',
    find: ' || !speaksOf((record as { key?: unknown }).key, key))',
    replace: ')',
    tests: ['test/rows/stores/planted.test.ts'],
    killer: "another URL's records, all of them and whole, under this URL's keys: a miss, for a record names its own key",
  },
  {
    name: 'the same bytes of another type are the same question',
    file: 'src/policy/cache-key.ts',
    find: '[coding, ...said]',
    replace: '[body]',
    tests: ['test/rows/http/post.test.ts'],
    killer: 'safe: true — a POST that only asks the same bytes of another type, or in another coding, ask another question',
  },
  {
    name: 'who joins a stream follows it whatever it was chosen by',
    file: 'src/stages/patience.ts',
    find: 'takes(headers) && settle',
    replace: 'settle',
    tests: ['test/rows/http/vary.streaming.test.ts'],
    killer:
      'an answer that is handed out while it arrives, and those who wait for it by Accept-Language, under Vary: Accept-Language, max-age=60: each has its own',
  },
  {
    name: 'what came with Set-Cookie is kept where others read',
    file: 'src/policy/sharing.ts',
    find: 'if (isPrivate === true || redirects',
    replace: 'if (redirects',
    tests: ['test/rows/http/shared-store.cookies.test.ts'],
    killer:
      'an answer that came with Set-Cookie stays out of a shared store when that is long gone a 304 without one, and one more',
  },
  {
    name: 'a page that was deleted is given for ever behind a stale answer',
    file: 'src/landing.ts',
    find: 'if (found.held !== undefined && displaces',
    replace: 'if (found.held === undefined && displaces',
    tests: ['test/rows/http/displaced.test.ts'],
    killer: 'staleWhileRevalidate without an end 401 gone behind is the next answer',
  },
  {
    name: 'a 304 adds nothing to what an answer is chosen by',
    file: 'src/policy/revision.ts',
    find: 'if (vary.join() === held.variant.vary.join())',
    replace: 'if (vary.length >= 0)',
    tests: ['test/rows/http/vary.renewed.test.ts'],
    killer:
      'a 304 that tells what the stored answer varies by (RFC 9111, 3.2 and 4.1) Accept-Language: nobody gets what was confirmed for another',
  },
  {
    name: 'what undici is told to send by is gone round',
    file: 'src/stages/transport/choose.ts',
    find: ' || guidance.isThere()',
    replace: '',
    tests: ['test/rows/door/dispatchers.test.ts'],
    killer: 'a proxy is gone through, from the moment it is there until it is taken away',
  },
  {
    name: 'a late mark takes the place of a newer one',
    file: 'src/stages/tiers/mark-writes.ts',
    find: '.filter(({ mark, before }) => timeOf(before.value, mark.key) < timeOf(mark.value, mark.key))',
    replace: '',
    tests: ['test/rows/versions/invalidate.late.test.ts'],
    killer: 'over sqlite: who says it is stopped before it is written',
  },
]

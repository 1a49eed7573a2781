import type { Mutant } from './mutant.ts'

/** Servers, stores and writers beside us that do what no honest one does, and tiers that give less than they have. */
export const FOES: readonly Mutant[] = [
  {
    name: 'a packed file that is stored and broken is asked for whatever the caller says',
    file: 'src/walked.ts',
    find: '  !mayNotAsk(call) &&\n',
    replace: '',
    tests: ['test/rows/admission/unpack.test.ts'],
    killer: 'one that is stored and was cut is asked for again by who unpacks it, unless nothing may be sent',
  },
  {
    name: 'a probe that passes shows that a tier is well',
    file: 'src/stages/tiers/breaker.ts',
    find: '{ ...closedGate(), wait: gate.wait }',
    replace: 'closedGate()',
    tests: ['test/rows/stores/breaker.test.ts'],
    killer: 'one that is full takes the smallest write and no other: it is tried ever less often',
  },
  {
    name: 'a host whose quota is used up is not in use',
    file: 'src/stages/governor/governor.ts',
    find: ', ...usedUp.keys()',
    replace: '',
    tests: ['test/rows/governor/quotas.test.ts'],
    killer: 'hosts() tells until when a used-up quota of a host lasts',
  },
  {
    name: 'a process that was stopped has waited',
    file: 'src/stages/tiers/turn.ts',
    find: 'left -= Math.min(at - last, LONGEST_LOOK)',
    replace: 'left -= at - last',
    tests: ['test/rows/stores/late-turn.test.ts'],
    killer: 'a process that was stopped while it waited for its turn has not waited',
  },
  {
    name: 'what a store could not give is what its bytes are',
    file: 'src/stages/admission.ts',
    find: "      if (isOfStore(error)) throw new AttemptFailure('STORE', textOf(error), { retry: 'never', cause: error })\n",
    replace: '',
    tests: ['test/rows/versions/unread.test.ts'],
    killer: 'a check that is asked of a body which its tier cannot give: STORE, and the same bytes pass the next time',
  },
  {
    name: 'cookies that a replacement of fetch has joined are nobody’s',
    file: 'src/stages/transport/fetch-head.ts',
    find: '!cookies || ',
    replace: '',
    tests: ['test/rows/http/shared-store.cookies.test.ts'],
    killer: 'has them joined: the caller is given them, and a shared store nothing',
  },
  {
    name: 'small pieces stay as they came',
    file: 'src/stages/bodies/gathered.ts',
    find: 'piece.length < SMALL && ',
    replace: 'piece.length < 0 && ',
    tests: ['test/stages/gathered.test.ts'],
    killer: 'a hundred thousand bytes that come one by one are few pieces, and hold no memory but their own',
  },
  {
    name: 'what goes along with an entry is no version',
    file: 'src/stages/tiers/loading.ts',
    find: 'placed !== undefined || !tier.store.remote',
    replace: 'true',
    tests: ['test/rows/redis/evicted.test.ts'],
    killer: 'what is a hit is listed, labelled and pinned too, and asks the origin for nothing',
  },
]

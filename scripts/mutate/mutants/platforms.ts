import type { Mutant } from './mutant.ts'

/** What other Nodes, other libraries and other machines do differently from the one that runs the tests. */
export const PLATFORMS: readonly Mutant[] = [
  {
    name: 'a zstd body may end within a frame',
    file: 'src/stages/transport/zstd-frames.ts',
    find: ' && this.#toPass === 0',
    replace: '',
    tests: ['test/stages/transport.zstd-frames.test.ts'],
    killer: 'a body is whole where one of its frames ends, and nowhere else, however it comes',
  },
  {
    name: 'a digest that cannot be computed is asked for',
    file: 'src/policy/known-digests.ts',
    find: '.filter(({ algorithm }) => isComputed(algorithm))',
    replace: '',
    tests: ['test/rows/download/digests.fips.test.ts'],
    killer: 'what an origin says by MD5 or SHA-1 says nothing there, whole',
  },
  {
    name: 'a proxy that is set later is gone round',
    file: 'src/stages/transport/connections.ts',
    find: 'known !== undefined && known.said === said',
    replace: 'known !== undefined',
    tests: ['test/stages/transport.process.test.ts'],
    killer: "the environment's proxy is used from the moment at which a program says so, and no longer than it does",
  },
  {
    name: 'a Response inherits from who stands in for its class',
    file: 'src/stages/response/late-response.ts',
    find: 'platformClass(Response)',
    replace: 'Response',
    tests: ['test/rows/door/stand-ins.test.ts'],
    killer: 'where others stand in the place of Request and Response a response has its headers, also for who passes it on',
  },
  {
    name: 'of a Request its signal alone is kept',
    file: 'src/init.ts',
    find: '{ signal: input.signal, request: input }',
    replace: '{ signal: input.signal }',
    tests: ['test/rows/door/signals.collected.test.ts'],
    killer: 'an abort is heard when the Request whose signal it is has been dropped',
  },
]

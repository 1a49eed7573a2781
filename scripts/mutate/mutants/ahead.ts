import type { Mutant } from './mutant.ts'

/** Mistakes in what is done before it is needed, and without a caller. */
export const AHEAD: readonly Mutant[] = [
  {
    name: 'a prefetch takes its whole list at once',
    file: 'src/prefetch-run.ts',
    find: 'if (this.#underWay + this.#waiting.length >= concurrency) return',
    replace: 'if (concurrency < 0) return',
    tests: ['test/rows/ahead/prefetch.bounds.test.ts'],
    killer: 'bounded no more under way than concurrency, and no more taken than there is room for',
  },
  {
    name: 'a dead link is asked for again at once',
    file: 'src/prefetch-one.ts',
    find: 'if (!response.ok && served',
    replace: 'if (response.ok && served',
    tests: ['test/rows/ahead/dead-links.test.ts'],
    killer: 'a dead link is not hammered (T06, B68) 404: ten asks, one after the other in a second, one request',
  },
  {
    name: 'all that is due is asked for at once',
    file: 'src/stages/scheduler.ts',
    find: 'while (this.#running < AT_ONCE) {',
    replace: 'while (this.#running < MOST) {',
    tests: ['test/stages/scheduler.test.ts'],
    killer: 'many due at once: eight at a time, in the order of their times, and one timer',
  },
  {
    name: 'what was missed is made up for although nobody wants that',
    file: 'src/stages/scheduler.ts',
    find: "('cron' in schedule && !schedule.runAtStart)",
    replace: "('cron' in schedule && schedule.cron === '')",
    tests: ['test/rows/ahead/refresh.cron.test.ts'],
    killer: 'missed while no process ran runAtStart: false waits for the next one',
  },
  {
    name: 'a refresh that failed is due again within its cool-down',
    file: 'src/policy/schedule.ts',
    find: 'return Math.max(next, failed + cooldownOf(settings))',
    replace: 'return next',
    tests: ['test/rows/ahead/refresh.failing.test.ts'],
    killer: 'when the origin is down no sooner than the cool-down is over',
  },
  {
    name: 'what is fresh is not asked about, although its time has come',
    file: 'src/policy/renewal.ts',
    find: "cache: 'no-cache',",
    replace: "cache: 'default',",
    tests: ['test/rows/ahead/refresh.every.test.ts'],
    killer: 'refresh.every without a caller: asked for when it is so old, and the next caller finds the new one in memory',
  },
  {
    name: 'what another process has refreshed is refreshed once more',
    file: 'src/stages/scheduler/refreshing.ts',
    find: "due > now ? 'done' : 'due'",
    replace: "due > now + plan.due ? 'done' : 'due'",
    tests: ['test/rows/ahead/refresh.lease.test.ts'],
    killer: 'of several processes on one file one refreshes, and when it is killed another one',
  },
  {
    name: 'a function is run again with arguments that have changed',
    file: 'src/function-refresh.ts',
    find: 'if (found === undefined || keyOf(found.self) !== call.key) return undefined',
    replace: 'if (found === undefined) return undefined',
    tests: ['test/rows/ahead/refresh.function.test.ts'],
    killer: 'arguments that were changed since are of another call',
  },
]

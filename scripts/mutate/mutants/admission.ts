import type { Mutant } from './mutant.ts'

/** Mistakes in what decides whether a version may be served, and in what HTTP says of a part or a copy. */
export const ADMISSIONS: readonly Mutant[] = [
  {
    name: 'what was refused is judged again',
    file: 'src/stages/admission.ts',
    find: 'if (again !== undefined && (this.#hasFallback(call, found) || !isGuardReason(again)))',
    replace: "if (again === 'never')",
    tests: ['test/rows/versions/use.test.ts'],
    killer: 'memory: a parser that throws refuses that version and reads the last good one',
  },
  {
    name: 'a damaged part stays in the body',
    file: 'src/stages/download/answer.ts',
    find: "error.code === 'DIGEST' || ",
    replace: '',
    tests: ['test/rows/download/resume.labels.test.ts'],
    killer: 'a part whose bytes are not those of its Content-Digest is not gone on with: the whole is asked for',
  },
  {
    name: 'the origin’s own digests are not looked at',
    file: 'src/stages/download/fill.ts',
    find: 'of [...digestsOfBody(call, head), ...digestsOfWhole(last)]',
    replace: 'of digestsOfWhole(last)',
    tests: ['test/rows/download/digests.test.ts'],
    killer: 'nothing stored, memory a wrong bit under Repr-Digest: once, and for ever',
  },
  {
    name: 'a guard refuses with nothing to fall back to',
    file: 'src/policy/guards.ts',
    find: "return set === 'refuse' && fallback === 'there is none' ? 'warn' : set",
    replace: 'return set',
    tests: ['test/rows/admission/guards.modes.test.ts'],
    killer: 'with nothing to fall back to a guard only warns fallback: false on the instance',
  },
  {
    name: 'conditions are sent to every hop',
    file: 'src/stages/download/reach.ts',
    find: 'sentUrl(url) === at ||',
    replace: "sentUrl(url) === at || at !== '' ||",
    tests: ['test/rows/http/redirects.chain.test.ts'],
    killer:
      'a way that leads elsewhere, to a resource with the same tag a tag is of one resource: its namesake’s 304 does not bring the old body back',
  },
  {
    name: 'a private body may stand in a shared tier',
    file: 'src/stages/bodies/places.ts',
    find: 'readOnly !== true && (shareable || !shared)',
    replace: 'readOnly !== true && (shareable || shared || !shared)',
    tests: ['test/rows/http/shared-store.test.ts'],
    killer: 'a private tier before the shared one a large body under private, max-age=60 leaves no chunk there',
  },
  {
    name: 'a weak tag joins two parts',
    file: 'src/policy/preconditions.ts',
    find: 'return stronglyEqual(tag, etag)',
    replace: 'return tag.opaque === etag?.opaque',
    tests: ['test/rows/http/range.conditions.test.ts'],
    killer: 'If-Range (RFC 9110, 13.1.5) over a stored whole a weak form of the strong tag',
  },
  {
    name: 'a flight from before a write is joined',
    file: 'src/landing.ts',
    find: '  stages.flights.part(urls)\n',
    replace: '',
    tests: ['test/rows/http/write-between.test.ts'],
    killer: 'who asks after his write does not join a question from before it',
  },
]

/** One mistake that somebody could make: the place, what stands there, what the mistake would write instead. */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  /** Test files or folders that are to notice. */
  readonly tests: readonly string[]
}

const DOWNLOAD = ['test/rows/download']
const POLICY = ['test/policy']
const DOOR = ['test/rows/door']

export const MUTANTS: readonly Mutant[] = [
  { name: 'a broken body is taken as whole', file: 'src/stages/transport/wire-body.ts', find: "'TRUNCATED'", replace: "'TIMEOUT'", tests: ['test/stages'] },
  { name: 'a resume is asked for without If-Range', file: 'src/stages/download/request-headers.ts', find: "['if-range', resume.ifRange],", replace: '', tests: DOWNLOAD },
  { name: 'a resume is asked for one byte early', file: 'src/stages/download/request-headers.ts', find: 'bytes=${from}-', replace: 'bytes=${Number(from) - 1}-', tests: DOWNLOAD },
  { name: 'plain bytes are not asked for when resuming', file: 'src/stages/download/request-headers.ts', find: "from !== undefined || identityOnly ? 'identity'", replace: "identityOnly ? 'identity'", tests: DOWNLOAD },
  { name: 'a part is appended whatever its validator', file: 'src/policy/resume.ts', find: "? undefined : 'another validator'\n  }", replace: "? undefined : undefined\n  }", tests: [...POLICY, ...DOWNLOAD] },
  { name: 'a weak tag is good enough to resume', file: 'src/policy/resume.ts', find: "return facts.etag.weak ?", replace: 'return false ?', tests: POLICY },
  { name: 'a part of another total is appended', file: 'src/policy/resume.ts', find: 'range.total !== kept.total)', replace: 'range.total < 0)', tests: POLICY },
  { name: 'a date is strong at any age', file: 'src/policy/resume.ts', find: '>= SURELY_LATER', replace: '>= 0', tests: POLICY },
  { name: 'attempts are not counted', file: 'src/stages/download/download.ts', find: 'retries: attempts - 1', replace: 'retries: attempts', tests: DOWNLOAD },
  { name: 'a 404 is tried again', file: 'src/policy/welcome.ts', find: "if (statusCodes.includes(status)) return 'failed'", replace: "if (statusCodes.includes(status) || status === 404) return 'failed'", tests: DOWNLOAD },
  { name: 'an unasked 206 is taken as the answer', file: 'src/policy/welcome.ts', find: "if (status === 206 && !callersRange) return 'unasked'", replace: "if (status === 206 && !callersRange) return 'whole'", tests: DOWNLOAD },
  { name: 'Retry-After is not waited for', file: 'src/stages/download/download.ts', find: 'error.retryAfter ?? (isProgress', replace: '(isProgress', tests: DOWNLOAD },
  { name: 'Retry-After stops one URL, not the host', file: 'src/stages/download/download.ts', find: 'rooms.governor.pause(', replace: 'void (', tests: DOWNLOAD },
  { name: 'a Retry-After beyond the limit is waited for', file: 'src/stages/download/download.ts', find: '(error.retryAfter ?? 0) > retry.maxRetryAfter || wait > budget.left', replace: 'false', tests: DOWNLOAD },
  { name: 'back-off has no jitter', file: 'src/policy/retry.ts', find: 'return random * Math.min', replace: 'return Math.min', tests: POLICY },
  { name: 'a stall is never noticed', file: 'src/stages/download/watch.ts', find: '>= this.#timeouts.stall)', replace: '>= Number.POSITIVE_INFINITY)', tests: DOWNLOAD },
  { name: 'integrity is not checked', file: 'src/stages/download/fill.ts', find: "verdict.name === 'mismatch'", replace: "verdict.name === 'match'", tests: [...DOOR, ...DOWNLOAD] },
  { name: 'the cool-down never ends', file: 'src/policy/course.ts', find: 'now - failure.at < cooldown', replace: 'now - failure.at >= 0', tests: DOWNLOAD },
  { name: 'there is no cool-down', file: 'src/policy/course.ts', find: 'now - failure.at < cooldown', replace: 'now - failure.at < 0', tests: DOWNLOAD },
  { name: 'a failed refresh is not remembered', file: 'src/pipeline.ts', find: 'await stages.versions.failed(call, found, error)', replace: 'void 0', tests: DOWNLOAD },
  { name: 'nobody falls back', file: 'src/policy/fallback.ts', find: "return version.stale === 'forbidden' ? 'forbidden' : 'yes'", replace: "return 'forbidden'", tests: DOWNLOAD },
  { name: 'maxStale is not looked at', file: 'src/policy/fallback.ts', find: "if (version.staleFor > fallback.maxStale) return 'too old'", replace: '', tests: DOWNLOAD },
  { name: 'equal bytes make a version', file: 'src/policy/revision.ts', find: 'held.ref.digest === digest', replace: 'held.ref.digest !== digest', tests: DOWNLOAD },
  { name: 'an equal download does not renew the clock', file: 'src/policy/revision.ts', find: 'checkedAt: head.receivedAt,\n  }\n  const version', replace: 'checkedAt: known?.ref.checkedAt ?? head.receivedAt,\n  }\n  const version', tests: DOWNLOAD },
  { name: 'a caller who leaves takes the flight along', file: 'src/stages/flights.ts', find: 'if (state.waiters > 0 || state.detached) return', replace: '', tests: DOWNLOAD },
  { name: 'every caller flies alone', file: 'src/policy/flight-key.ts', find: 'call.integrity, call.redirect', replace: 'call.integrity, Math, call.redirect, performance.now()', tests: DOWNLOAD },
  { name: 'two users share an answer', file: 'src/policy/cache-key.ts', find: '${partition.length}:${partition}', replace: '', tests: DOOR },
  { name: 'the query is no part of the key', file: 'src/policy/cache-key.ts', find: "const hash = href.indexOf('#')", replace: "const hash = href.search(/[?#]/)", tests: DOOR },
  { name: 'credentials follow a redirect to another origin', file: 'src/policy/redirect.ts', find: 'if (hop.from.origin === hop.to.origin) return headers', replace: 'return headers', tests: [...POLICY, ...DOOR] },
  { name: 'max-age is taken for milliseconds', file: 'src/policy/freshness.ts', find: 'facts.maxAge', replace: 'facts.maxAge && facts.maxAge / 1000', tests: POLICY },
  { name: 'no-store is stored', file: 'src/policy/storability.ts', find: "if (forbidsStoring(request, facts, settings)) return refused('no-store')", replace: '', tests: [...POLICY, ...DOOR] },
  { name: 'a chunk is not checked', file: 'src/stages/bodies/sinks.ts', find: 'digest.compare(bytes, bytes.length - DIGEST_SIZE) !== 0', replace: 'false', tests: ['test/rows/stores'] },
  { name: 'a record of another key is used', file: 'src/stages/tiers/codec.ts', find: 'record.key !== key', replace: 'false', tests: ['test/rows/stores'] },
]

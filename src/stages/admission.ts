import { AttemptFailure, textOf } from '../model/attempt-failure.ts'
import { awaited } from '../model/awaited-body.ts'
import { holdOf, lastChunk } from '../model/body-chunks.ts'
import { isBytes } from '../model/bytes.ts'
import type { Call } from '../model/call.ts'
import { type Clock, nextRound } from '../model/clock.ts'
import type { Report } from '../model/events.ts'
import { headerOf } from '../model/headers.ts'
import { CHUNK_SIZE } from '../model/record.ts'
import type { Found, Landing, Obtained, Served, StoredBody } from '../model/rooms.ts'
import type { Admitted } from '../model/stages.ts'
import { guardReason, isGuardReason, spareForOthers } from '../policy/apart.ts'
import { candidateAnswer } from '../policy/candidate-answer.ts'
import { fallbackFrom } from '../policy/fallback.ts'
import { type Finding, findings, type Look, weight } from '../policy/guards.ts'
import { hasHooks, isJudged, isOfStore, issuesText, type Judged, refusedBefore, unproven } from '../policy/rejection.ts'
import { refusals } from '../policy/version-choice.ts'
import { versionInfo } from '../policy/version-info.ts'

/** The longest body that guards look at whole: to parse more would hold the program up. */
const LOOKED_AT_WHOLE = 1024 * 1024

/** A header of many columns is long. */
const STARTS_WITH = 64 * 1024

const UNPROVEN = 'the body ended with its connection, and nothing shows that it is whole; the version before it is proven'

export interface AdmissionRooms {
  readonly respond: (served: Served) => Response
  /** What is in an answer that is a packed file, where the caller reads it unpacked. */
  readonly inside: (served: Served) => Served
  readonly clock: Clock
  readonly report: Report
}

type Whole = Extract<Obtained, { name: 'whole' }>

/** Decides whether a downloaded version may be served: by what was refused before, by comparison, and by the user's schema and check. */
export class Admission {
  readonly #rooms: AdmissionRooms

  constructor(rooms: AdmissionRooms) {
    this.#rooms = rooms
  }

  /**
   * Resolves to what is to be warned of, and whether it is for this caller alone. Rejects with an AttemptFailure: REJECTED with the
   * reason, or HOOK where the user's code does not come to an end within `timeouts.deadline`, TIMEOUT where it waits for the store then.
   */
  async judge(call: Call, found: Found, { obtained, signal }: { obtained: Whole; signal: AbortSignal }): Promise<Admitted> {
    if (!isJudged(call, obtained)) return { warnings: [] }
    const again = refusedBefore(found.entry, obtained.written.digest)
    if (again !== undefined && (this.#hasFallback(call, found) || !isGuardReason(again)))
      throw rejected(obtained, found.held === undefined && found.entry !== undefined ? refusals(found.entry) : again)
    const displaces = unproven(obtained, found) === 'displaces'
    if (displaces && this.#hasFallback(call, found)) throw new AttemptFailure('UNPROVEN', UNPROVEN, { retry: 'never' })
    const { warnings, refusal = again } = await this.#guard(call, found, obtained)
    for (const warning of warnings) this.#rooms.report('warning', () => ({ key: call.key, url: call.url, warning }))
    if (hasHooks(call)) await this.#hooks(call, found, { obtained, signal })
    if (refusal !== undefined) return { warnings, apart: { label: 'failed', reason: refusal } }
    return displaces ? { warnings, apart: { label: 'unproven', reason: UNPROVEN } } : { warnings }
  }

  #hasFallback(call: Call, { held }: Found): boolean {
    return held !== undefined && fallbackFrom(held, call, this.#rooms.clock.now()) === 'there is one'
  }

  /** What another caller's flight brought, by this caller's own code. */
  async reconsider(call: Call, found: Found, { held, head, attempts }: Landing): Promise<void> {
    const { version, body } = held
    if (head === undefined || !hasHooks(call)) return
    const obtained: Judged = {
      head: { ...head, status: version.status },
      written: { body, digest: version.digest },
      proven: version.proven,
      attempts,
    }
    if (!isJudged(call, obtained)) return
    // The first caller may have read it by the time that this one has: a spool goes with its last reader.
    const release = holdOf(body, 'to copy')
    try {
      await this.#hooks(call, found, { obtained, signal: call.signal ?? new AbortController().signal })
    } finally {
      void nextRound().then(release)
    }
  }

  /** `refusal`: why this caller alone gets it. */
  async #guard(call: Call, { entry, held }: Found, obtained: Whole): Promise<{ warnings: readonly string[]; refusal?: string }> {
    const { guards } = call.settings
    const { head, written } = obtained
    const warnings: string[] = []
    // Another place may have a whole one, whatever there is to compare with.
    const hasAnother = obtained.elsewhere !== undefined && guards.format === 'refuse'
    const [broken] = hasAnother ? await this.#unpacked(call, obtained) : []
    if (broken !== undefined) throw rejected(obtained, guardReason(broken))
    if (held === undefined || held.version.digest === written.digest || held.version.status !== 200) return { warnings }
    if (guards.format === 'off' && guards.shrink === 'off' && guards.shape === 'off') return { warnings }
    const before = await look(held.body, headerOf(held.version.headers, 'content-type'))
    const now = await look(written.body, headerOf(head.headers, 'content-type'))
    const found = [...(now && before ? findings(now, before) : []), ...(hasAnother ? [] : await this.#unpacked(call, obtained))]
    for (const finding of found) {
      const set = weight(finding, guards, fallbackFrom(held, call, this.#rooms.clock.now()))
      if (set === 'refuse') throw rejected(obtained, guardReason(finding))
      if (set === 'warn') warnings.push(guardReason(finding))
    }
    const refused = found.find(({ guard }) => guards[guard] === 'refuse')
    if (refused === undefined || !spareForOthers(call, entry, { held, now: this.#rooms.clock.now() })) return { warnings }
    return { warnings, refusal: guardReason(refused) }
  }

  /** A file that its caller could not read takes no place of one that he could. */
  async #unpacked(call: Call, obtained: Judged): Promise<readonly Finding[]> {
    const packed = candidateAnswer(call, obtained)
    const { body } = this.#rooms.inside(packed)
    if (body === packed.body || !(Symbol.asyncIterator in body)) return []
    try {
      for await (const _ of body);
      return []
    } catch (error) {
      return error instanceof AttemptFailure ? [{ guard: 'format', says: error.message }] : []
    }
  }

  /** The user's own code, bounded in time. */
  async #hooks(call: Call, found: Found, { obtained, signal }: { obtained: Judged; signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted()
    const { deadline } = call.settings.timeouts
    const { body, isAwaited } = awaited(obtained.written.body)
    const { promise: over, reject } = Promise.withResolvers<never>()
    const late = (): Error => {
      const limit = `within ${deadline} ms (timeouts.deadline)`
      return isAwaited()
        ? new AttemptFailure('TIMEOUT', `the store did not give what the check reads ${limit}`, { retry: 'never' })
        : new AttemptFailure('HOOK', `the check did not end ${limit}`, { retry: 'never' })
    }
    const controller = new AbortController()
    const end = (reason: unknown): void => {
      controller.abort(reason)
      reject(reason)
    }
    const leave = (): void => end(signal.reason)
    const timer = Number.isFinite(deadline) ? this.#rooms.clock.setTimeout(() => end(late()), deadline) : undefined
    signal.addEventListener('abort', leave, { once: true })
    try {
      const read = { ...obtained, written: { ...obtained.written, body } }
      await Promise.race([over, this.#asked(call, found, { obtained: read, signal: controller.signal })])
    } finally {
      timer?.cancel()
      signal.removeEventListener('abort', leave)
    }
  }

  async #asked(call: Call, { held }: Found, { obtained, signal }: { obtained: Judged; signal: AbortSignal }): Promise<void> {
    const { schema, check } = call.settings
    const response = (): Response => this.#rooms.respond(this.#rooms.inside(candidateAnswer(call, obtained)))
    try {
      if (schema !== undefined) {
        const result = (await schema['~standard'].validate(await response().json())) as { issues?: readonly unknown[] } | null
        if (typeof result !== 'object' || result === null)
          throw new AttemptFailure('HOOK', 'the schema gave no result: its validate returns neither a value nor issues', {
            retry: 'never',
          })
        if (result.issues !== undefined) throw rejected(obtained, `schema: ${issuesText(result.issues)}`)
      }
      const previous = held === undefined ? {} : { previous: versionInfo(held, this.#rooms.clock.now()) }
      await check?.(response(), { ...previous, signal })
    } catch (error) {
      if (error instanceof AttemptFailure) throw error
      if (isOfStore(error)) throw new AttemptFailure('STORE', textOf(error), { retry: 'never', cause: error })
      throw rejected(obtained, textOf(error), error)
    }
  }
}

function rejected({ written }: Judged, reason: string, cause?: unknown): AttemptFailure {
  return new AttemptFailure('REJECTED', reason, {
    retry: 'never',
    refused: written.digest,
    ...(cause !== undefined && { cause }),
  })
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** A chunk of a body at rest; one in memory is at hand as a whole. */
async function partOf(body: Uint8Array | StoredBody, n: number): Promise<Uint8Array | undefined> {
  if (isBytes(body)) return body
  return body.size === 0 ? new Uint8Array(0) : body.chunk(n).catch(() => undefined)
}

/** Undefined where the store cannot give it now: what cannot be compared is not refused. */
async function look(body: Uint8Array | StoredBody, contentType: string | undefined): Promise<Look | undefined> {
  const size = isBytes(body) ? body.length : body.size
  const bytes = await partOf(body, 0)
  const last = await partOf(body, lastChunk(size))
  if (bytes === undefined || last === undefined) return undefined
  const text = size <= Math.min(LOOKED_AT_WHOLE, CHUNK_SIZE) ? decode(bytes) : undefined
  return { contentType, size, text, start: decode(bytes.subarray(0, STARTS_WITH)), end: decode(last.subarray(-STARTS_WITH)) }
}

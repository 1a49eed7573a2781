import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import type { Report } from '../model/events.ts'
import { headerOf } from '../model/headers.ts'
import { CHUNK_SIZE } from '../model/record.ts'
import type { Found, Obtained, Served, StoredBody } from '../model/rooms.ts'
import { findings, type Look, weight } from '../policy/guards.ts'
import { isJudged, issuesText, refusedBefore, unproven } from '../policy/rejection.ts'
import { candidate } from '../policy/served.ts'
import { versionInfo } from '../policy/version-info.ts'

/** The longest body that guards look at whole: to parse more would hold the program up. */
const LOOKED_AT_WHOLE = 1024 * 1024

const STARTS_WITH = 1024

const UNPROVEN = 'the body ended with its connection, and nothing shows that it is whole; the version before it is proven'

export interface AdmissionRooms {
  readonly respond: (served: Served) => Response
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
   * Resolves to what is to be warned of. Rejects with an AttemptFailure: REJECTED with the reason, or HOOK where the user's code does
   * not come to an end within `timeouts.deadline`.
   */
  async judge(
    call: Call,
    found: Found,
    { obtained, signal }: { obtained: Whole; signal: AbortSignal },
  ): Promise<readonly string[]> {
    if (!isJudged(call, obtained)) return []
    const again = refusedBefore(found.entry, obtained.written.digest)
    if (again !== undefined) throw rejected(again)
    if (unproven(obtained, found) === 'displaces') throw new AttemptFailure('UNPROVEN', UNPROVEN, { retry: 'never' })
    const warnings = await this.#guard(call, found, obtained)
    for (const warning of warnings) this.#rooms.report('warning', () => ({ key: call.key, url: call.url, warning }))
    if (call.settings.schema !== undefined || call.settings.check !== undefined)
      await this.#hooks(call, found, { obtained, signal })
    return warnings
  }

  async #guard({ settings }: Call, { held }: Found, { head, written }: Whole): Promise<readonly string[]> {
    const { guards, fallback } = settings
    if (held === undefined || held.version.digest === written.digest || held.version.status !== 200) return []
    if (guards.format === 'off' && guards.shrink === 'off' && guards.shape === 'off') return []
    const before = await look(held.body, headerOf(held.version.headers, 'content-type'))
    const now = await look(written.body, headerOf(head.headers, 'content-type'))
    const warnings: string[] = []
    if (before === undefined || now === undefined) return warnings
    for (const finding of findings(now, before)) {
      const set = weight(finding, guards, fallback === false ? 'there is none' : 'there is one')
      if (set === 'refuse') throw rejected(`guard '${finding.guard}': ${finding.says}`)
      if (set === 'warn') warnings.push(`guard '${finding.guard}': ${finding.says}`)
    }
    return warnings
  }

  /** The user's own code, bounded in time. */
  async #hooks(call: Call, found: Found, { obtained, signal }: { obtained: Whole; signal: AbortSignal }): Promise<void> {
    const { deadline } = call.settings.timeouts
    const late = new AttemptFailure('HOOK', `the check did not end within ${deadline} ms (timeouts.deadline)`, { retry: 'never' })
    const { promise: over, reject } = Promise.withResolvers<never>()
    const controller = new AbortController()
    const end = (reason: unknown): void => {
      controller.abort(reason)
      reject(reason)
    }
    const leave = (): void => end(signal.reason)
    const timer = Number.isFinite(deadline) ? this.#rooms.clock.setTimeout(() => end(late), deadline) : undefined
    signal.addEventListener('abort', leave, { once: true })
    try {
      await Promise.race([over, this.#asked(call, found, { obtained, signal: controller.signal })])
    } finally {
      timer?.cancel()
      signal.removeEventListener('abort', leave)
    }
  }

  async #asked(call: Call, { held }: Found, { obtained, signal }: { obtained: Whole; signal: AbortSignal }): Promise<void> {
    const { schema, check } = call.settings
    const response = (): Response => this.#rooms.respond(candidate(call, obtained))
    try {
      if (schema !== undefined) {
        const result = (await schema['~standard'].validate(await response().json())) as { issues?: readonly unknown[] }
        if (result.issues !== undefined) throw rejected(`schema: ${issuesText(result.issues)}`)
      }
      const previous = held === undefined ? {} : { previous: versionInfo(held, this.#rooms.clock.now()) }
      await check?.(response(), { ...previous, signal })
    } catch (error) {
      if (error instanceof AttemptFailure) throw error
      throw rejected(error instanceof Error ? error.message : String(error), error)
    }
  }
}

function rejected(reason: string, cause?: unknown): AttemptFailure {
  return new AttemptFailure('REJECTED', reason, { retry: 'never', ...(cause !== undefined && { cause }) })
}

/** Undefined where the store cannot give it now: what cannot be compared is not refused. */
async function look(body: Uint8Array | StoredBody, contentType: string | undefined): Promise<Look | undefined> {
  const size = body instanceof Uint8Array ? body.length : body.size
  const bytes = body instanceof Uint8Array ? body : size === 0 ? new Uint8Array(0) : await body.chunk(0).catch(() => undefined)
  if (bytes === undefined) return undefined
  const text = size <= Math.min(LOOKED_AT_WHOLE, CHUNK_SIZE) ? new TextDecoder().decode(bytes) : undefined
  return { contentType, size, text, start: new TextDecoder().decode(bytes.subarray(0, STARTS_WITH)) }
}

import { randomInt } from 'node:crypto'
import type { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import { shownUrl } from '../model/errors.ts'
import type { Report } from '../model/events.ts'
import type { BypassReason } from '../model/inspection.ts'
import type { EntryRecord, FailureRecord, LabelRecord, LiveVersion, Stamp, VersionRef } from '../model/record.ts'
import type { Found, Held, Landing, Obtained, StoredBody, WrittenBody } from '../model/rooms.ts'
import type { Apart, Came as Coming, Keep, WriteRight } from '../model/stages.ts'
import { described } from '../policy/description.ts'
import { keptHeaders } from '../policy/kept-headers.ts'
import { provisional } from '../policy/provisional.ts'
import { refusedBefore } from '../policy/rejection.ts'
import { afterAll } from '../policy/removal.ts'
import { arrival, asMarked, confirmation, entryFacts, failed, invalidated, type Revision } from '../policy/revision.ts'
import { hasLabel, refsOf } from '../policy/selection.ts'
import { sharingOf } from '../policy/sharing.ts'
import { variantFor } from '../policy/variants.ts'
import { versionInfo } from '../policy/version-info.ts'

interface Change {
  readonly entry: EntryRecord
  readonly placed: { readonly version: LiveVersion; readonly body: Uint8Array | StoredBody } | undefined
  readonly shareable: boolean
  readonly keep?: Keep
  /** Nobody had anything of the entry. */
  readonly isNew?: boolean
  readonly isAwaited?: boolean | undefined
}

export interface VersionRooms {
  readonly write: (
    change: Change,
    right: WriteRight | undefined,
  ) => Promise<{ readonly tier: string | undefined; readonly entry: EntryRecord }>
  /** One body for equal bytes. */
  readonly settled: (written: WrittenBody) => Promise<WrittenBody>
  /** Whether a body can be read where it is: what cannot is not to stand in for bytes that have just come, be a part of it in hand. */
  readonly stands: (held: Held) => Promise<boolean>
  /** The body that came again is not needed twice. */
  readonly drop: (written: WrittenBody) => void
  readonly clock: Clock
  readonly report: Report
  readonly stamps: { next(): Stamp; onLabels(said: Labels, known?: VersionRef['labels']): Record<string, LabelRecord> }
}

type Whole = Extract<Obtained, { name: 'whole' }>
type Labels = Readonly<Record<string, Omit<LabelRecord, keyof Stamp>>>
type Confirmed = Pick<Obtained, 'head' | 'attempts'>

interface Came<T extends Confirmed> extends Coming<T> {
  readonly labels?: Labels
  /** Milliseconds since 1970: its place among the versions is by this; else it is the newest. */
  readonly storedAt?: number | undefined
  readonly isAwaited?: boolean
}

/** Says what an answer is to its entry: a new version, the renewal of one, or a failure; and has it written. */
export class Versions {
  readonly #rooms: VersionRooms

  constructor(rooms: VersionRooms) {
    this.#rooms = rooms
  }

  async keep(call: Call, found: Found, came: Came<Whole>): Promise<Extract<Landing, { name: 'kept' }>> {
    const { clock, stamps } = this.#rooms
    const { head, written, proven } = came.obtained
    const revision = arrival(
      entryFacts(call),
      found,
      {
        head,
        headers: keptHeaders(head, call.settings),
        ...variantFor(call, head),
        size: written.size,
        digest: written.digest,
        proven,
      },
      { now: clock.now(), tail: randomInt(36 ** 6), by: came.storedAt },
    )
    if (came.labels !== undefined) revision.ref.labels = stamps.onLabels(came.labels, found.held?.ref.labels)
    const again = revision.name === 'renewed' && found.held !== undefined && (await this.#rooms.stands(found.held))
    if (again) this.#rooms.drop(written)
    const kept = again ? written : await this.#rooms.settled(written)
    const home =
      !again && kept.bodyId !== undefined && kept.tier !== undefined
        ? { tier: kept.tier, bodyId: kept.bodyId }
        : revision.version.home
    const body = again && found.held !== undefined ? found.held.body : kept.body
    return this.#written(call, found, { revision: { ...revision, version: { ...revision.version, home } }, body, came })
  }

  /** What was refused is kept, so that it can be looked at, and so that the same bytes are known when they come again. */
  async refuse(call: Call, found: Found, came: Came<Whole> & { apart: Apart }): Promise<void> {
    if (refusedBefore(found.entry, came.obtained.written.digest) !== undefined) return this.#rooms.drop(came.obtained.written)
    await this.keepApart(call, found, { ...came, known: undefined })
  }

  /** Kept as what was refused, and answered with all the same; where it is kept so already, that version is renewed. */
  async keepApart(
    call: Call,
    found: Found,
    { apart, known, ...came }: Came<Whole> & { apart: Apart; known: Held | undefined },
  ): Promise<Landing> {
    if (known !== undefined) return this.keep(call, { ...found, held: known }, came)
    const { clock, report } = this.#rooms
    const { label, reason } = apart
    const landing = await this.keep(call, found, { ...came, labels: { [label]: { on: true, reason } } })
    report('rejected', () => ({ key: call.key, url: call.url, version: versionInfo(landing.held, clock.now()), reason }))
    return landing
  }

  discard({ written }: Whole): void {
    this.#rooms.drop(written)
  }

  /** RFC 9111 4.3.4: the origin says that the stored version is still right. */
  confirm(call: Call, found: Found & { held: Held }, came: Came<Confirmed>): Promise<Landing> {
    const another = () => ({ tail: randomInt(36 ** 6), stamp: this.#rooms.stamps.next() })
    const revision = confirmation(call, found, came.obtained.head, another)
    return this.#written(call, found, { revision, body: found.held.body, came })
  }

  async #written(
    call: Call,
    found: Found,
    { revision, body, came }: { revision: Revision; body: Uint8Array | StoredBody; came: Came<Whole | Confirmed> },
  ): Promise<Extract<Landing, { name: 'kept' }>> {
    const { version } = revision
    // As it came: what is kept has lost the fields that say whose it is, Set-Cookie above all.
    const heads = [came.obtained.head, version]
    const shareable = heads.every((head) => sharingOf(call, head) === 'shareable')
    const saying = described(asMarked(revision.entry, found), call.settings, afterAll(this.#rooms.stamps.next(), found.entry))
    // A tier in memory takes the bytes themselves.
    const inHand =
      'written' in came.obtained && body === came.obtained.written.body ? (came.obtained.written.bytes ?? body) : body
    const { attempts, head } = came.obtained
    const rules = revision.name === 'new' ? call.settings.versions : undefined
    const keep = { rules, askedAt: head.requestedAt, known: found.entry, isOvertaken: came.isOvertaken }
    const placed = { version, body: inHand }
    const change = { entry: saying, placed, shareable, keep, isNew: found.entry === undefined, isAwaited: came.isAwaited }
    const { tier, entry } = await this.#rooms.write(change, came.right)
    // The tiers may know more of this version than its renewal says: labels, pins.
    const known = refsOf(entry).find(({ id }) => id === revision.ref.id)
    const isKept = known !== undefined && known.removed === undefined
    const ref = known ?? revision.ref
    const held: Held = { entry, variant: revision.variant, ref, version, body, tier: isKept ? tier : undefined }
    if (revision.name === 'new' && isKept && !refused(held)) this.#tell(call, found, held)
    return { name: 'kept', held, outcome: revision.name === 'new' ? 'miss' : 'revalidated', attempts, head }
  }

  /** An answer that no tier may have: it goes to those who wait for it, and is gone when it is read. */
  transient(call: Call, { head, written, proven, attempts }: Whole, reason: BypassReason): Landing {
    const held = provisional(call, head, { body: written.body, digest: written.digest, proven })
    if (reason === 'no-store' || reason === 'too-large')
      this.#rooms.report('store-skipped', () => ({ key: call.key, url: call.url, tier: '*', reason }))
    return {
      name: 'transient',
      held: { ...held, variant: { ...variantFor(call, head), versions: [] } },
      reason,
      attempts,
      head,
    }
  }

  #tell(call: Call, found: Found, held: Held): void {
    const now = this.#rooms.clock.now()
    const previous = found.held
    this.#rooms.report('stored', () => ({
      key: call.key,
      url: call.url,
      version: versionInfo(held, now),
      ...(previous !== undefined && { previous: versionInfo(previous, now) }),
    }))
  }

  /** Remembered by the entry, so that an outage costs one series of attempts, and so that it can be told afterwards. */
  async failed(call: Call, found: Found, { code, message, attempts }: AttemptFailure): Promise<void> {
    const told = attempts.map((attempt) => ({ ...attempt, url: shownUrl(attempt.url), at: attempt.at.getTime() }))
    const record: FailureRecord = { code, message, attempts: told, ...this.#rooms.stamps.next() }
    await this.#rooms.write({ entry: failed(entryFacts(call), record, found), placed: undefined, shareable: true }, undefined)
  }

  /** `call` has the key of its URL's GET. */
  async invalidate(call: Call): Promise<void> {
    await this.#rooms.write(
      { entry: invalidated(entryFacts({ ...call, method: 'GET' }), this.#rooms.clock.now()), placed: undefined, shareable: true },
      undefined,
    )
  }
}

const refused = ({ ref }: Held): boolean => hasLabel(ref, 'failed') || hasLabel(ref, 'unproven')

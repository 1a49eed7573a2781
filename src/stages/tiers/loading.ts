import { wholeOf } from '../../model/body-chunks.ts'
import { isBytes } from '../../model/bytes.ts'
import type { Report } from '../../model/events.ts'
import { CHUNK_SIZE, type EntryRecord, type LiveVersion, type VariantRecord, type VersionRef } from '../../model/record.ts'
import type { Held } from '../../model/rooms.ts'
import type { Choice } from '../../policy/selection.ts'
import { AnyCopy } from './any-copy.ts'
import { type Marks, markedAt, urlMark } from './marks.ts'
import type { Placed, Seen } from './placed.ts'
import type { Tier } from './tier.ts'

interface How {
  readonly variants: readonly VariantRecord[]
  readonly choose: (variants: readonly VariantRecord[]) => Choice | undefined
  /** The tier that is asked before all others. */
  readonly first: Tier | undefined
  /** The entry as that tier has it. */
  readonly seen?: Seen | undefined
}

/** Brings versions out of the tiers. */
export class Loader {
  readonly #tiers: readonly Tier[]
  readonly #marks: Marks
  readonly #report: Report

  constructor(tiers: readonly Tier[], { marks, report }: { marks: Marks; report: Report }) {
    this.#tiers = tiers
    this.#marks = marks
    this.#report = report
  }

  /** The version that `choose` names, where it came with its entry, whole, and nothing more is to be asked about it. */
  atHand(
    entry: EntryRecord,
    key: string,
    { variants, choose, first, seen }: How & { first: Tier; seen: Seen },
  ): Held | undefined {
    const choice = choose(variants)
    const placed = choice && first.beside(seen, key, choice.ref)
    if (choice === undefined || !isBytes(placed?.body) || placed.version.redirects !== undefined) return undefined
    const { version, body } = first.records.placed(seen, placed)
    return { entry, ...choice, version, body, tier: first.store.name }
  }

  /** The version that `choose` names; one that no tier can give any more does not count, and the next best is tried. */
  async hold(entry: EntryRecord, { key }: { readonly key: string }, how: How): Promise<Held | undefined> {
    let { variants } = how
    const order = how.first === undefined ? this.#tiers : [how.first, ...this.#tiers.filter((tier) => tier !== how.first)]
    for (;;) {
      const choice = how.choose(variants)
      if (choice === undefined) return undefined
      for (const tier of order) {
        const placed = await this.#load(tier, key, { choice, seen: tier === how.first ? how.seen : undefined })
        if (placed === undefined) continue
        const { version, body } = placed
        const marked = await this.#throughAll(entry, version, tier)
        return { entry: marked, variant: choice.variant, ref: choice.ref, version, body, tier: tier.store.name }
      }
      variants = variants.map((variant) => ({ ...variant, versions: variant.versions.filter((ref) => ref.id !== choice.ref.id) }))
    }
  }

  async #throughAll(entry: EntryRecord, { redirects }: LiveVersion, tier: Tier): Promise<EntryRecord> {
    if (redirects === undefined) return entry
    return this.#marks.onChain(markedAt(entry, await tier.markedAt(redirects.urls.map(urlMark))), redirects)
  }

  #wholeUpTo(): number {
    const live = this.#tiers.find((tier) => tier.store.live !== undefined)
    return Math.max(CHUNK_SIZE, live?.store.maxEntryBytes ?? 0)
  }

  /** What is kept beside a version, under an id that no entry names. */
  async beside({ key }: { readonly key: string }, id: string): Promise<Placed | undefined> {
    for (const tier of this.#tiers) {
      const placed = await tier.version(key, id)
      const checked = placed && (await this.#checked(placed, { tier, key, seen: undefined }))
      if (checked !== undefined) return checked
    }
    return undefined
  }

  /** A version out of a tier; undefined where it is not there as its entry says. */
  async #load(
    tier: Tier,
    key: string,
    { choice: { ref }, seen }: { choice: Choice; seen: Seen | undefined },
  ): Promise<Placed | undefined> {
    const placed = await (seen === undefined ? versionIn(tier, key, ref) : tier.versionOf(seen, key, ref))
    if (placed === undefined || placed.version.digest !== ref.digest) return undefined
    return this.#checked(placed, { tier, key, seen })
  }

  /**
   * The version, where its body is there. One that a live tier would hold is read whole at once, so that its chunks are checked and the
   * next hit needs no store; of a larger one its first chunk.
   */
  async #checked(
    placed: Placed,
    { tier, key, seen }: { tier: Tier; key: string; seen: Seen | undefined },
  ): Promise<Placed | undefined> {
    const { body, version, record } = placed
    if (isBytes(body)) return tier.records.placed(seen, placed)
    const others = this.#tiers.filter((other) => other !== tier)
    try {
      if (body.size <= this.#wholeUpTo()) return tier.records.placed(seen, { version, body: await wholeOf(body), record })
      return { version, body: await new AnyCopy(body, { key, version, others }).opened() }
    } catch (error) {
      this.#report('warning', () => ({
        key,
        url: version.url,
        warning: `${tier.store.name}: version ${version.id} is not used: ${(error as Error).message}`,
      }))
      return undefined
    }
  }
}

/** A tier over the network may have given up the record itself, and not the copy that goes along with the entry, which hits are answered with. */
async function versionIn(tier: Tier, key: string, ref: VersionRef): Promise<Placed | undefined> {
  const placed = await tier.version(key, ref.id)
  if (placed !== undefined || !tier.store.remote) return placed
  const seen = await tier.seen(key, [])
  return seen && tier.beside(seen, key, ref)
}

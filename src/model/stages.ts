import type { AttemptFailure } from './attempt-failure.ts'
import type { Call } from './call.ts'
import type { Clock } from './clock.ts'
import type { Events } from './events.ts'
import type { FlightName, FlightOf, PathOf } from './flight.ts'
import type { BypassReason } from './inspection.ts'
import type { EntryRecord, Stamp, VariantRecord, VersionRef } from './record.ts'
import type { BodyWriter, FallenBack, Found, Held, Landing, Obtained, ResponseHead, Served } from './rooms.ts'
import type { Retention } from './settings.ts'
import type { Lease } from './store.ts'

/** The headers of an acceptable answer, and the body that is on its way behind them. */
export interface Incoming {
  readonly head: ResponseHead
  readonly writer: BodyWriter
  /** Who asked for it. */
  readonly call: Call
}

/** What a flight is told at take-off. */
export type FlightPath = PathOf<Incoming>

export type Flight = FlightOf<Landing, Incoming>

export interface WriteRight {
  readonly lease: Lease
  readonly tier: string
  /** What it was for is being written behind: it is held until then, and nobody waits for that. Resolves when it is given back. */
  readonly behind?: (writing: Promise<unknown>) => Promise<void>
}

/** Whether a download may go on with what an earlier one of the same entry left. */
export type Inherits = 'what was left' | 'nothing'

export type Departure =
  | {
      readonly name: 'cleared'
      readonly found: Found
      readonly right: WriteRight | undefined
      readonly inherits: Inherits
      end(): Promise<void>
    }
  | { readonly name: 'answered'; readonly landing: Landing }

export type WaitEnd =
  | { readonly name: 'landed'; readonly landing: Landing }
  | { readonly name: 'accepted'; readonly headers: Incoming }
  | { readonly name: 'late' | 'timed out'; readonly reason: Error }
  /** The flight ended by the time limits of the caller that started it. */
  | { readonly name: 'not ours' }

export type Whole = Extract<Obtained, { name: 'whole' }>
/** What says that a stored version is still right: a 304, or an answer to HEAD. */
type Confirmed = Pick<Obtained, 'head' | 'attempts'>

/** What came, and what it is written with. */
export interface Came<T extends Confirmed> {
  readonly obtained: T
  readonly right: WriteRight | undefined
  /** Absent: nobody asked, it was brought. */
  readonly isOvertaken?: FlightPath['isOvertaken']
}

/** Which versions stay when one is written, and whether that one does. */
export interface Keep {
  /** Undefined: all of them. */
  readonly rules: Retention | undefined
  /** When the one that is written was asked for, in epoch milliseconds. */
  readonly askedAt: number
  /** What the tiers knew of the entry before. */
  readonly known: EntryRecord | undefined
  /** Undefined: nobody asked, it was brought. */
  readonly isOvertaken: FlightPath['isOvertaken'] | undefined
}

/** Versions that go in the write of a new one. */
export interface Retiring {
  readonly stamp: Stamp
  /** Whether what comes has been deleted since it was asked for, by what is known of its entry: then nothing is written. */
  readonly isLate: (known: EntryRecord | undefined) => boolean
  /** The ids of versions that may go now that the entry is like this. */
  readonly ids: (entry: EntryRecord) => readonly string[]
  /** Whether this version's body is being read in this process: it is left for the sweep. */
  readonly isRead: (entry: EntryRecord, id: string) => Promise<boolean>
}

/** Given to the caller who asked, and to nobody else: kept under this label, so that it is not current. */
export interface Apart {
  readonly label: 'failed' | 'unproven'
  readonly reason: string
}

/** What may be served: what is to be warned of, and whether to this caller alone. */
export interface Admitted {
  readonly warnings: readonly string[]
  readonly apart?: Apart | undefined
}

/** What stands outside: the rooms that they walk through who ask the origin. They are loaded for the first of them. */
export interface Outside {
  fly(call: Call, before: Found, path: FlightPath): Promise<Landing>
  /** Passes a call through that is neither answered from a tier nor kept in one. */
  straight(call: Call): Promise<Served>
  /** Whether what another caller's flight brought may be served, by this caller's own code; rejects where not. */
  reconsider(call: Call, found: Found, landing: Landing): Promise<void>
}

interface TierStages {
  lookup(call: Call, enough: (held: Held) => boolean): Promise<Found>
  /** The version that `choose` names, with its body. */
  pick(
    call: Call,
    choose: (entry: EntryRecord, call: Call) => { readonly variant: VariantRecord; readonly ref: VersionRef } | undefined,
  ): Promise<Held | undefined>
}

/** The rooms, as the corridor of a call sees them. */
export interface Stages {
  readonly clock: Clock
  readonly tiers: TierStages
  readonly flights: {
    join(which: FlightName, start: (path: FlightPath) => Promise<Landing>): Flight
    /** Nobody joins a flight to these URLs any more. */
    part(urls: readonly string[] | 'all'): void
    /** What these calls have asked for until `at` (epoch ms) is deleted when it comes. */
    overtake(isMeant: (call: Call) => boolean, at: number): string[]
    /** The URLs that the calls that are meant wait for. */
    urls(isMeant: (call: Call) => boolean): readonly string[]
  }
  readonly outside: { use<T>(work: (rooms: Outside) => Promise<T>): Promise<T> }
  readonly fallback: {
    /** The version that an impatient caller would get; undefined where there is none. */
    spare(call: Call, found: Found): Promise<Held | undefined>
    /** The last good version, if this failure may be answered with it. */
    instead(error: unknown, call: Call, found: Found): Promise<Served | undefined>
    give(spare: Held | undefined, call: Call, why: { reason: Error; found: Found }): Served
    /** One more caller was given it. */
    tell(served: FallenBack): void
    lastFailure(found: Found): AttemptFailure
  }
  wait(flight: Flight, call: Call, spare: Held | undefined): Promise<WaitEnd>
  /** Whether the stored body is what `init.integrity` and `expect` say; true where they say nothing. */
  proves(held: Held, call: Call): Promise<boolean>
  tell(call: Call, held: Held | undefined, verdict: Events['verdict']['verdict']): void
  /** Work that outlives the call; a failure in it is an event. */
  background(work: Promise<unknown>, call: Call): void
}

/** The rooms, as the corridor of a flight sees them. */
export interface FlightStages extends Pick<Stages, 'clock'> {
  readonly tiers: TierStages & {
    /** Answers of these URLs that were asked for until `at` (epoch ms) are stale. */
    invalidate(urls: readonly string[], at: number): Promise<void>
  }
  readonly flights: Pick<Stages['flights'], 'part'>
  readonly versions: {
    keep(call: Call, found: Found, came: Came<Whole>): Promise<Landing>
    confirm(call: Call, found: Found & { held: Held }, came: Came<Confirmed>): Promise<Landing>
    /** Kept under this label, with the reason: it is not served, and known when it comes again. */
    refuse(call: Call, found: Found, came: Came<Whole> & { apart: Apart }): Promise<void>
    /** The same, and the answer of the one who asked; `known`: the version that these bytes are already. */
    keepApart(call: Call, found: Found, came: Came<Whole> & { apart: Apart; known: Held | undefined }): Promise<Landing>
    /** A body that nothing names, and nobody was given. */
    discard(obtained: Whole): void
    transient(call: Call, obtained: Whole, reason: BypassReason): Landing
    failed(call: Call, found: Found, failure: AttemptFailure): Promise<void>
    /** This entry only. */
    invalidate(call: Call): Promise<void>
  }
  readonly admission: {
    /** Whether what came may be served; rejects where not. Runs the user's own code. */
    judge(call: Call, found: Found, what: { obtained: Whole; signal: AbortSignal }): Promise<Admitted>
  }
  /** Whether any tier takes a body of this size. */
  takes(call: Call, size: number): boolean
  /** Looks whether an earlier flight or another process has brought it meanwhile; else takes the right to ask. */
  depart(call: Call, before: Found, path: FlightPath): Promise<Departure>
  download(
    call: Call,
    found: Found,
    flight: { path: FlightPath; right: WriteRight | undefined; inherits: Inherits },
  ): Promise<Obtained>
  /** The path of a call that shares nothing. */
  alone(call: Call): FlightPath
}

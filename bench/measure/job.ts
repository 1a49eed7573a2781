/** What a process is asked to do, once: one measurement of one client. */
export interface Job {
  /** As tasks/index.ts names it. */
  readonly task: string
  /** As a roster names it: the client, and after a colon where it keeps things. */
  readonly client: string
  readonly setting: Setting
  /** The URL of the origin. */
  readonly origin: string
  /** A folder of its own, unless the setting shares it. */
  readonly folder: string
  /** The URL of the Redis, where the scenario has one. */
  readonly redis?: string
}

export type Setting = Readonly<Record<string, string | number>>

/** What was measured, by name; words where it is no figure. */
export type Facts = Readonly<Record<string, string | number>>

export type Task = (job: Job) => Promise<Facts>

export type Told = { readonly facts: Facts } | { readonly error: string }

/** One measurement: of one client, in one case of one scenario. A line of the JSON lines. */
export interface Line {
  readonly client: string
  readonly version: string
  readonly [fact: string]: unknown
}

/** One of our figures that has a gate. */
export interface Verdict {
  readonly name: string
  readonly measured: number
  readonly gate: number
}

/** How the scenarios are run this time. */
export interface Run {
  readonly tell: (news: string) => void
  /** As `--rounds` says; each scenario has a number of its own. */
  readonly rounds: number | undefined
  /** Whether `--clients` leaves this one in. */
  readonly takes: (client: string) => boolean
}

/** What the runner knows how to run. One file each in `scenarios/`. */
export interface Scenario<L extends Line = Line> {
  /** As `--only` names it. */
  readonly name: string
  /** What it answers, in one sentence. */
  readonly question: string
  /** Measures every client that is here; tells what it leaves out. */
  run(run: Run): Promise<readonly L[]>
  /** The measurements as Markdown. */
  table(lines: readonly L[]): string
  /** The measurements that have a gate, for `--record` and `--check`. */
  verdicts?(lines: readonly L[]): readonly Verdict[]
}

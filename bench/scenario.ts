/** One measurement: of one client, in one case of one scenario. A line of the JSON lines. */
export interface Line {
  readonly client: string
  readonly version: string
  readonly [fact: string]: unknown
}

/** What the runner knows how to run. One file each in `scenarios/`. */
export interface Scenario<L extends Line = Line> {
  /** As `--only` names it. */
  readonly name: string
  /** What it answers, in one sentence. */
  readonly question: string
  /** Measures every client that is here; tells what it leaves out. */
  run(tell: (news: string) => void): Promise<readonly L[]>
  /** The measurements as Markdown. */
  table(lines: readonly L[]): string
}

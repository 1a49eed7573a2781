import { spawnSync } from 'node:child_process'

export interface Entrant {
  readonly name: string
  /** Its process. */
  readonly program: URL
  /** What it was told, for the table. */
  readonly setting: string
  /** A program that has to be on this machine. */
  readonly needs?: string
  /** Is it told the digest in advance? Default 'no'. */
  readonly digest?: 'known'
}

const at = (file: string): URL => new URL(file, import.meta.url)

/** Everybody who can download a file, in the best configuration that its documentation offers for that. */
export const ENTRANTS: readonly Entrant[] = [
  { name: 'holdfast', program: at('holdfast.ts'), setting: 'defaults' },
  { name: 'holdfast, digest known', program: at('holdfast.ts'), setting: 'defaults, `integrity` in init', digest: 'known' },
  { name: 'fetch', program: at('fetch.ts'), setting: "Node's own; it has no retry" },
  { name: 'undici', program: at('undici.ts'), setting: '`interceptors.retry` and `redirect`' },
  { name: 'got', program: at('got.ts'), setting: '`retry`, with the codes of a broken body added' },
  { name: 'make-fetch-happen', program: at('make-fetch-happen.ts'), setting: '`retry`, `cachePath`' },
  { name: 'curl', program: at('curl.ts'), setting: '`-C - --retry 5 --retry-all-errors --fail`', needs: 'curl' },
  { name: 'wget', program: at('wget.ts'), setting: '`-c --tries=6 --retry-on-http-error=404,503`', needs: 'wget' },
  { name: 'aria2', program: at('aria2.ts'), setting: '`-c --max-tries=6 --always-resume=false`', needs: 'aria2c' },
]

/** False where the program that the entrant needs is not on this machine. */
export function isHere({ needs }: Entrant): boolean {
  return needs === undefined || spawnSync(needs, ['--version'], { stdio: 'ignore' }).status === 0
}

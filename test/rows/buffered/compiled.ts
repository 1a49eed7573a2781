import ts from 'typescript5'
import { transformWithEsbuild } from 'vite'
import type { Buffered } from '../../../src/index.ts'

type Compile = (source: string) => Promise<string>

const byTypeScript =
  (decorators: 'standard' | 'legacy'): Compile =>
  async (source) =>
    ts.transpileModule(source, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        experimentalDecorators: decorators === 'legacy',
      },
    }).outputText

const byEsbuild =
  (decorators: 'standard' | 'legacy'): Compile =>
  async (source) =>
    (
      await transformWithEsbuild(source, 'a.ts', {
        format: 'esm',
        target: 'es2022',
        tsconfigRaw: { compilerOptions: { experimentalDecorators: decorators === 'legacy' } },
      })
    ).code

/** The ways in which a decorator comes to be called. */
export const COMPILERS: [string, Compile][] = [
  ['TypeScript, standard', byTypeScript('standard')],
  ['TypeScript, experimentalDecorators', byTypeScript('legacy')],
  ['esbuild, standard', byEsbuild('standard')],
  ['esbuild, experimentalDecorators', byEsbuild('legacy')],
]

/** Those that have private methods decorated. */
export const STANDARD: typeof COMPILERS = COMPILERS.filter(([name]) => name.endsWith('standard'))

/** The class `A` that the source is, with this door in its reach as `buffered`. */
export async function compiled<T>(compile: Compile, source: string, door: Buffered): Promise<T> {
  const code = await compile(`export function make(buffered) { ${source}; return A }`)
  const { make } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { make: (door: Buffered) => T }
  return make(door)
}

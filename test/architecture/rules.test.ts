import { describe, expect, test } from 'vitest'
import { booleanParameters, longFiles, longFunctions, manyParameters } from './budgets.ts'
import { impurePolicy, timeAndChance } from './handed-in.ts'
import { logicInIndex } from './index-only.ts'
import { moduleState } from './module-state.ts'
import { emptyNames } from './names.ts'
import { untriedPeers } from './optional-peers.ts'
import { type Source, sourceOf, type Violation } from './source.ts'
import { baselessSuppressions } from './suppressions.ts'

type Rule = (sources: readonly Source[]) => Violation[]

/** [path, text, part of what the rule says, or undefined where it has nothing to say] */
type Case = readonly [path: string, text: string, says: string | undefined]

function holds(rule: Rule, cases: readonly Case[]): void {
  describe(`${rule.name}`, () => {
    test.each(cases)('%s: %s', (path, text, says) => {
      const found = rule([sourceOf(path, text)]).map((each) => each.says)
      expect(found).toHaveLength(says === undefined ? 0 : 1)
      expect(found.join()).toContain(says ?? '')
    })
  })
}

const lines = (count: number): string => 'f()\n'.repeat(count)

holds(longFiles, [
  ['src/a.ts', lines(200), undefined],
  ['src/a.ts', lines(201), 'has 201 lines'],
  ['src/model/options.ts', lines(500), undefined],
])

holds(longFunctions, [
  ['src/a.ts', `function long() {\n${lines(38)}}`, undefined],
  ['src/a.ts', `function long() {\n${lines(39)}}`, 'long has 41 lines'],
  ['src/a.ts', `/**\n${' * words\n'.repeat(50)} */\nfunction told() {}`, undefined],
  ['src/a.ts', `const arrow = () => {\n${lines(39)}}`, 'arrow has 41 lines'],
  ['src/a.ts', `class A {\nmethod() {\n${lines(39)}}\n}`, 'method has 41 lines'],
  ['src/a.ts', `class A {\nconstructor() {\n${lines(39)}}\n}`, 'a function has 41 lines'],
  ['src/a.ts', `f(function () {\n${lines(39)}})`, 'a function has 41 lines'],
  ['src/a.ts', `class A {\nget it() {\n${lines(39)}}\n}`, 'it has 41 lines'],
])

holds(manyParameters, [
  ['src/a.ts', 'function four(a: A, b: B, c: C, d: D) {}', undefined],
  ['src/a.ts', 'function five(a: A, b: B, c: C, d: D, e: E) {}', 'five takes 5 parameters'],
  ['src/a.ts', 'function bound(this: T, a: A, b: B, c: C, d: D) {}', undefined],
  ['src/a.ts', 'interface I { five(a: A, b: B, c: C, d: D, e: E): void }', 'five takes 5 parameters'],
  ['src/a.ts', 'class A { constructor(a: A, b: B, c: C, d: D, e: E) {} }', 'takes 5 parameters'],
])

holds(booleanParameters, [
  ['src/a.ts', 'function f(on: boolean) {}', 'f takes the boolean on'],
  ['src/a.ts', 'function f(on?: boolean) {}', 'f takes the boolean on'],
  ['src/a.ts', 'function f(on: boolean | undefined) {}', 'f takes the boolean on'],
  ['src/a.ts', 'function f(on: true | false) {}', 'f takes the boolean on'],
  ['src/a.ts', 'function f(on = false) {}', 'f takes the boolean on'],
  ['src/a.ts', 'const f = (on: boolean) => on', 'f takes the boolean on'],
  ['src/a.ts', 'interface I { f: (on: boolean) => void }', 'f takes the boolean on'],
  ['src/a.ts', 'function f(mode: "on" | "off", options: { deep: boolean }, policy: boolean | Duration) {}', undefined],
  ['src/a.ts', 'function f(a: string): boolean { return true }', undefined],
])

holds(baselessSuppressions, [
  ['src/a.ts', '// biome-ignore lint/x/y: the type of the library is wrong here\nf()', undefined],
  ['src/a.ts', '// biome-ignore lint/x/y: <explanation>\nf()', 'without a reason'],
  ['src/a.ts', '// biome-ignore lint/x/y:\nf()', 'without a reason'],
  ['src/a.ts', '// oxlint-disable-next-line no-void -- the caller has gone away\nf()', undefined],
  ['src/a.ts', '// oxlint-disable-next-line no-void\nf()', 'without a reason'],
  ['src/a.ts', '/* eslint-disable no-void */\nf()', 'without a reason'],
  ['src/a.ts', '// @ts-expect-error an unknown option is refused\nf()', undefined],
  ['src/a.ts', '// @ts-expect-error\nf()', 'without a reason'],
  ['src/a.ts', '/* v8 ignore next */\nf()', 'without a reason'],
  ['src/a.ts', '// @ts-ignore although there is a reason\nf()', 'every error'],
  ['src/a.ts', '// @ts-nocheck although there is a reason\nf()', 'every error'],
  ['src/a.ts', 'function f() {\n  g()\n  // @ts-expect-error\n}', 'without a reason'],
  ['src/a.ts', 'const text = "// @ts-ignore"', undefined],
])

holds(moduleState, [
  ['src/a.ts', 'let count = 0', 'is a variable of the module'],
  ['src/a.ts', 'export var count = 0', 'is a variable of the module'],
  ['src/a.ts', 'const seen = new Map()', 'seen can be changed'],
  ['src/a.ts', 'const seen: Set<string> = new Set()', 'seen can be changed'],
  ['src/a.ts', 'const seen = new WeakMap()', 'seen can be changed'],
  ['src/a.ts', 'const seen = []', 'seen can be changed'],
  ['src/a.ts', 'const seen: Record<string, string> = {}', 'seen can be changed'],
  ['src/a.ts', 'class A { static count = 0 }', 'count is state'],
  ['src/a.ts', 'class A { static readonly all = new Set() }', 'all is state'],
  ['src/a.ts', 'class A { static { f() } }', 'when it is imported'],
  ['src/a.ts', 'register()', 'when it is imported'],
  ['src/a.ts', 'await ready()', 'when it is imported'],
  ['src/a.ts', 'if (process.env.X) f()', 'when it is imported'],
  ['src/a.ts', "const SAFE: ReadonlySet<string> = new Set(['GET'])", undefined],
  ['src/a.ts', 'type Known = ReadonlyMap<string, string>\nconst NONE: Known = new Map()', undefined],
  ['src/a.ts', "const WORDS = ['a', 'b'] as const", undefined],
  ['src/a.ts', "const WORDS: readonly string[] = ['a', 'b']", undefined],
  ['src/a.ts', 'class A { static readonly most = 3; #count = 0 }', undefined],
  ['src/a.ts', 'export function f() { let count = 0; const seen = new Map(); return [count, seen] }', undefined],
  ['adapters/stores/a.ts', 'let count = 0', undefined],
])

holds(timeAndChance, [
  ['src/stages/a.ts', 'function f() { return Date.now() }', 'calls Date.now'],
  ['src/stages/a.ts', 'function f() { return new Date() }', 'calls Date.now'],
  ['src/stages/a.ts', 'function f() { return new Date(0) }', undefined],
  ['src/stages/a.ts', 'function f() { return performance.now() }', 'calls performance.now'],
  ['src/stages/a.ts', 'function f() { return Math.random() }', 'calls Math.random'],
  ['src/stages/a.ts', 'function f() { setTimeout(g, 1) }', 'calls setTimeout'],
  ['src/stages/a.ts', 'function f() { globalThis.setTimeout(g, 1) }', 'calls globalThis.setTimeout'],
  ['src/stages/a.ts', 'function f() { setInterval(g, 1) }', 'calls setInterval'],
  ['src/stages/a.ts', 'function f(clock: Clock) { clock.setTimeout(g, 1) }', undefined],
  ['src/create.ts', 'const PLAN = { random: Math.random }', undefined],
  ['src/model/clock.ts', 'const now = () => Date.now()', undefined],
  ['src/stages/presence.ts', 'function f() { setTimeout(g, 1) }', 'calls setTimeout'],
])

holds(impurePolicy, [
  ['src/policy/a.ts', 'async function f() {}', 'policy decides at once'],
  ['src/policy/a.ts', 'function f() { return Promise.resolve(1) }', 'uses Promise'],
  ['src/policy/a.ts', 'function f() { return process.env.X }', 'uses process'],
  ['src/policy/a.ts', 'function f() { return fetch(url) }', 'uses fetch'],
  ['src/policy/a.ts', 'function f() { return g(console) }', 'uses console'],
  ['src/policy/a.ts', 'interface Rooms { fetch: typeof globalThis.fetch; ready: Promise<void> }', undefined],
  ['src/policy/a.ts', 'function f(rooms: Rooms) { return rooms.fetch }', undefined],
  ['src/stages/a.ts', 'async function f() { return await fetch(url) }', undefined],
])

holds(logicInIndex, [
  ['src/index.ts', "export { a } from './a.ts'\nexport type { B } from './b.ts'", undefined],
  ['src/index.ts', 'export const cachedFetch: CachedFetch = lazyCachedFetch()', undefined],
  ['src/index.ts', 'export function f() {}', 'is logic'],
  ['src/index.ts', 'export const f = (x) => x', 'is logic'],
  ['src/other.ts', 'export function f() {}', undefined],
])

holds(emptyNames, [
  ['src/util.ts', '', 'is named util'],
  ['src/utils/time.ts', '', 'is named utils'],
  ['src/stages/tier-manager.ts', '', 'is named manager'],
  ['test/helper.ts', '', 'is named helper'],
  ['adapters/common/a.ts', '', 'is named common'],
  ['src/misc.ts', '', 'is named misc'],
  ['test/helpers/origin.ts', '', undefined],
  ['test/helpers/helpers.ts', '', 'is named helpers'],
])

holds(untriedPeers, [
  ['src/a.ts', "try { await import('ioredis') } catch {}", undefined],
  ['src/a.ts', "import type { Redis } from 'ioredis'", undefined],
  ['src/a.ts', "await import('p-queue')", undefined],
  ['src/a.ts', "await import('ioredis').catch(fail)", 'imports ioredis outside of a try'],
  ['src/a.ts', "try { f() } catch { await import('keyv') }", 'imports keyv outside of a try'],
  ['src/a.ts', "try { f(() => import('keyv')) } catch {}", 'imports keyv outside of a try'],
])

import { fc } from './property.ts'

/** From few leaves and names, so that two of them have something in common. */
const { value: alike } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, 1, -1.5, '', 'a'),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(fc.constantFrom('', 'a', '0', '/', '~1', '__proto__', 'constructor', 'length'), tie('value'), { maxKeys: 4 }),
  ),
}))

/** As JSON gives it: with `__proto__` as an own member, and no -0, which structuredClone and JSON treat differently. */
export const parsed = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  arbitrary.map((value): unknown => JSON.parse(JSON.stringify(value)))

/** Two values that often have much in common. */
export const pairs: fc.Arbitrary<[unknown, unknown]> = fc.oneof(
  fc.tuple(parsed(alike), parsed(alike)),
  fc.tuple(parsed(fc.jsonValue()), parsed(fc.jsonValue())),
  fc.tuple(fc.array(parsed(alike)), fc.array(parsed(alike)), fc.array(parsed(alike))).map(([a, b, c]): [unknown, unknown] => [
    [...a, ...c],
    [...a, ...b, ...c],
  ]),
)

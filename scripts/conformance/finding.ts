import type { RequestDefinition, SetupCheck } from './definition.ts'

/** Of the setup: says nothing of what the test is about. Of the harness: the engine could not see to the end of it. */
export type During = 'setup' | 'test' | 'harness'

/** Something is not as the definition says. */
export class Finding extends Error {
  readonly during: During

  constructor(during: During, message: string) {
    super(message)
    this.during = during
  }
}

/** Which part of the test a check belongs to. */
export function partOf(definition: RequestDefinition, check: SetupCheck): During {
  return definition.setup === true || definition.setup_tests?.includes(check) === true ? 'setup' : 'test'
}

/** Throws a finding. */
export function find(during: During, message: string): never {
  throw new Finding(during, message)
}

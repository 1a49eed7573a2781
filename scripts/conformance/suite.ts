import { createHash } from 'node:crypto'
import type { Profile, SuiteTest, TestDefinition } from './definition.ts'
import { faultOf, listOf, members, type Shape, text } from './shape.ts'

const anything: Shape = () => undefined

const SUITE = listOf(members({ id: text, name: text, description: text, spec_anchors: listOf(text), tests: listOf(anything) }))

/** Reads an export: a list of areas, each with its tests. A test that is not sound stays in, with its fault. */
export function readSuite(exported: unknown): SuiteTest[] {
  SUITE(exported, 'the export')
  const areas = exported as { id: string; tests: object[] }[]
  const tests = areas.flatMap(({ id, tests: own }) => own.map((test) => suiteTest(test, id)))
  const ids = tests.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new Error(`two tests of the export are called ${twice}`)
  return tests
}

function suiteTest(test: object, area: string): SuiteTest {
  const { id } = test as { id?: unknown }
  if (typeof id !== 'string') throw new Error(`a test of ${area} has no id`)
  const fault = faultOf(test)
  if (fault !== undefined) return { id, area, kind: 'required', profile: 'browser', dependsOn: [], requests: [], fault }
  const sound = test as TestDefinition
  const { kind = 'required', depends_on: dependsOn = [], requests } = sound
  return { id, area, kind, profile: profileOf(sound), dependsOn, requests }
}

function profileOf({ cdn_only: cdn, browser_skip: skipped }: TestDefinition): Profile {
  if (cdn === true) return 'cdn'
  return skipped === true ? 'skipped by browsers' : 'browser'
}

/** Which tests these are, whatever their order: numbers can be compared for the same ones only. */
export function fingerprint(tests: readonly SuiteTest[]): string {
  const ids = tests.map(({ id }) => id).toSorted()
  return createHash('sha256').update(ids.join('\n')).digest('hex')
}

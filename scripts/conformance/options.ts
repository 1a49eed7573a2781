import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export const RESPECTS = ['standard', 'resilient'] as const

export interface RunOptions {
  readonly suite: string
  readonly respect: (typeof RESPECTS)[number]
  /** The id of a test or of an area. */
  readonly only: string | undefined
  readonly verbose: boolean
  readonly json: boolean
  readonly floor: string
}

export const USAGE = `npm run conformance -- --suite FILE   or HTTP_CACHE_TESTS=FILE: an export of http-tests/cache-tests
  --respect standard|resilient         how the instance under test respects its origin; standard
  --only ID                            one test or one area; the floor is not compared
  --verbose                            what each failed test sent and received
  --json                               the outcomes as JSON
  --floor FILE                         the recorded floor; scripts/conformance/floor.json`

/** Throws with the usage where the arguments are none of these. */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string' },
      respect: { type: 'string', default: 'standard' },
      only: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      floor: { type: 'string', default: fileURLToPath(new URL('./floor.json', import.meta.url)) },
    },
  })
  const suite = values.suite ?? environment.HTTP_CACHE_TESTS
  if (suite === undefined || suite === '') throw new Error(`no export of the suite is given.\n${USAGE}`)
  const respect = RESPECTS.find((word) => word === values.respect)
  if (respect === undefined) throw new Error(`--respect ${values.respect} is neither standard nor resilient.\n${USAGE}`)
  const { only, verbose, json, floor } = values
  return { suite, respect, only, verbose, json, floor }
}

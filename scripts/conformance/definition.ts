// What an export of http-tests/cache-tests may say of a test, under the suite's own names.

export const KINDS = ['required', 'optimal', 'check'] as const
export type Kind = (typeof KINDS)[number]

/** A number is a date: seconds from now. */
export type Field = readonly [name: string, value: string | number]
/** `false`: sent, and not looked for in what the client receives. */
export type SentField = Field | readonly [name: string, value: string | number, checked: boolean]
export type ExpectedField =
  | string
  | Field
  | readonly [name: string, operator: '=', other: string]
  | readonly [string, '>', number]
export type NamedField = string | readonly [name: string, value: string]
export type Interim = readonly [status: number] | readonly [status: number, fields: readonly Field[]]

export const EXPECTED_TYPES = ['cached', 'not_cached', 'lm_validated', 'etag_validated'] as const
export type ExpectedType = (typeof EXPECTED_TYPES)[number]

/** The checks that a definition may move into the setup one by one. */
export const SETUP_CHECKS = [
  'expected_type',
  'expected_method',
  'expected_status',
  'expected_response_headers',
  'expected_response_headers_missing',
  'expected_response_text',
  'expected_request_headers',
  'expected_request_headers_missing',
  'expected_interim_responses',
] as const
export type SetupCheck = (typeof SETUP_CHECKS)[number]

/** As fetch knows them, whose words TypeScript has for the browser only. */
type Init = Pick<Required<RequestInit>, 'mode' | 'credentials' | 'cache' | 'redirect'>

export interface RequestDefinition {
  readonly request_method?: string
  readonly request_headers?: readonly Field[]
  readonly request_body?: string
  readonly query_arg?: string
  readonly filename?: string
  readonly mode?: Init['mode']
  readonly credentials?: Init['credentials']
  readonly cache?: Init['cache']
  readonly redirect?: Init['redirect']
  readonly pause_after?: boolean
  readonly disconnect?: boolean
  readonly magic_locations?: boolean
  readonly magic_ims?: boolean
  readonly rfc850date?: readonly string[]
  readonly response_status?: readonly [status: number, phrase?: string]
  readonly response_headers?: readonly SentField[]
  readonly response_body?: string | null
  readonly interim_responses?: readonly Interim[]
  readonly response_pause?: number
  readonly check_body?: boolean
  readonly expected_type?: ExpectedType
  readonly expected_method?: string
  readonly expected_status?: number | null
  readonly expected_request_headers?: readonly NamedField[]
  readonly expected_request_headers_missing?: readonly NamedField[]
  readonly expected_response_headers?: readonly ExpectedField[]
  readonly expected_response_headers_missing?: readonly NamedField[]
  readonly expected_response_text?: string | null
  readonly expected_interim_responses?: readonly Interim[]
  readonly setup?: boolean
  readonly setup_tests?: readonly SetupCheck[]
}

export interface TestDefinition {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly kind?: Kind
  readonly requests: readonly RequestDefinition[]
  readonly browser_only?: boolean
  readonly browser_skip?: boolean
  readonly cdn_only?: boolean
  readonly depends_on?: readonly string[]
  readonly spec_anchors?: readonly string[]
}

/** Would a browser run it? A test for shared caches at the edge of a network is nobody's here. */
export type Profile = 'browser' | 'skipped by browsers' | 'cdn'

export interface SuiteTest {
  readonly id: string
  readonly area: string
  readonly kind: Kind
  readonly profile: Profile
  readonly dependsOn: readonly string[]
  readonly requests: readonly RequestDefinition[]
  /** Why it cannot be run: the definition says something that this engine does not know. */
  readonly fault?: string
}

import { textOf } from './model/attempt-failure.ts'
import { HoldfastError } from './model/errors.ts'
import type { Layer } from './policy/call-options.ts'
import type { RuleLayer } from './policy/instance-options.ts'

/** Names the request's rule, if there is one: the first that matches. */
export function ruleFor(rules: readonly RuleLayer[], url: string, request: () => Request): Layer | undefined {
  return rules.find(({ match }) => (typeof match === 'function' ? asked(match, request()) : (match as URLPattern).test(url)))
    ?.layer
}

function asked(match: (request: Request) => boolean, request: Request): boolean {
  try {
    return decided(match(request))
  } catch (error) {
    throw new HoldfastError('HOOK', `the match of a rule threw: ${textOf(error)}`, {
      url: request.url,
      method: request.method,
      cause: error,
    })
  }
}

/** A promise is true whatever it comes to, so a rule that gives one would match everything. */
function decided(said: unknown): boolean {
  if (!(said instanceof Promise)) return Boolean(said)
  said.catch(() => undefined)
  throw new TypeError('it returned a promise, and has to decide at once')
}

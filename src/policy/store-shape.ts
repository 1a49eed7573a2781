const METHODS = ['get', 'getMany', 'set', 'setMany', 'delete', 'keys', 'close'] as const

/** Whether something has what a store has: a mistake would only show at the first call. */
export function isStore(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'durable' in given && METHODS.every((method) => method in given)
}

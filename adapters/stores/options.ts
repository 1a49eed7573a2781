import { parseSize, type Size } from '../../src/model/size.ts'

/** @throws TypeError for what are no options; else one that names the first that `store` does not take, and those that it does. */
export function refuseUnknown(store: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    // Not the value itself: it may be a key.
    throw new TypeError(
      `${store}: its options are ${options === null ? null : typeof options}. Give an object with any of ${known.join(', ')}.`,
    )
  const stranger = Object.keys(options).find((option) => !known.includes(option))
  if (stranger !== undefined)
    throw new TypeError(`${store}: there is no option ${JSON.stringify(stranger)}. It takes ${known.join(', ')}.`)
}

/** @throws TypeError unless `value` is a size of at least one byte. */
export function readSize(value: Size | undefined, option: string, otherwise: Size): number {
  const bytes = parseSize(value ?? otherwise, option)
  if (bytes < 1)
    throw new TypeError(`${option}: ${JSON.stringify(value)} keeps nothing. Give at least one byte, or leave the store out.`)
  return bytes
}

/** Whole milliseconds, never too early; undefined where it never ends. */
export function wholeEnd(expires: number | undefined): number | undefined {
  return expires === undefined || !Number.isFinite(expires) ? undefined : Math.ceil(expires)
}

/** A double keeps 15 digits (IEEE 754): what has no more, nor an exponent that takes it out of range, comes back as it went in. */
const MAY_BE_ROUNDED = /[\d.]{16}|\de/i

/**
 * Whether numbers that differ in these JSON texts are one number once they are parsed (RFC 8259 6): identifiers beyond 2^53, above all.
 * Then the values cannot tell what changed. Other spellings of a number (1.0, 1e0) are no difference.
 */
export function isMergedByParsing(...texts: readonly string[]): boolean {
  if (!texts.some((text) => MAY_BE_ROUNDED.test(text))) return false
  const rounded = new Map<number, string>()
  for (const number of texts.flatMap(numbersIn)) {
    if (!MAY_BE_ROUNDED.test(number)) continue
    const [value, decimal] = [Number(number), decimalOf(number)]
    if (decimal === decimalOf(String(value))) continue
    if ((rounded.get(value) ?? decimal) !== decimal) return true
    rounded.set(value, decimal)
  }
  if (rounded.size === 0) return false
  return texts.flatMap(numbersIn).some((number) => {
    const decimal = rounded.get(Number(number))
    return decimal !== undefined && decimal !== decimalOf(number)
  })
}

function numbersIn(json: string): readonly string[] {
  const numbers: string[] = []
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at)
    const end = quote === -1 ? json.length : quote
    for (const number of json.slice(at, end).match(/-?\d[\d.e+-]*/gi) ?? []) numbers.push(number)
    at = endOfString(json, end)
  }
  return numbers
}

/** Not a regular expression, which would need a place to go back to for each escape of a long string. */
function endOfString(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let slashes = 0
    while (json[end - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return end + 1
  }
  return json.length
}

/** One text for all spellings of a number; an exponent out of all reason stays as it is. */
function decimalOf(number: string): string {
  const [, sign = '', whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,15}))?$/i.exec(number) ?? []
  if (whole === undefined) return number
  const digits = (whole + fraction).replace(/^0+/, '')
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return end === 0 ? '0' : `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`
}

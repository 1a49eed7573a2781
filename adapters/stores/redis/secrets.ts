/** How deep options are searched: `defaults.socket`, `rootNodes[0].url`, `nodeClientOptions.password`. */
const DEPTH = 4

/** The passwords of a URL, or of a client's options, so that no message ever shows one. */
export class Secrets {
  readonly #words = new Set<string>()

  constructor(given: unknown) {
    this.#search(given, DEPTH)
  }

  /** The same text, with stars for each secret. Redis repeats the arguments of a command that it does not know; those go altogether. */
  hidden(text: string): string {
    let shown = text.replace(/,? with args beginning with:.*/s, '')
    for (const word of this.#words) shown = shown.replaceAll(word, '***')
    return shown
  }

  #search(given: unknown, depth: number): void {
    if (typeof given === 'string') this.#addUrl(given)
    if (typeof given !== 'object' || given === null || depth === 0) return
    for (const [name, value] of Object.entries(given)) {
      if (name === 'password' && typeof value === 'string' && value !== '') this.#words.add(value)
      else if (name !== 'password') this.#search(value, depth - 1)
    }
  }

  #addUrl(text: string): void {
    const password = /^[a-z]+:\/\/[^/?#@:]*:([^/?#@]+)@/.exec(text)?.[1]
    if (password === undefined) return
    this.#words.add(password)
    this.#words.add(decoded(password))
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

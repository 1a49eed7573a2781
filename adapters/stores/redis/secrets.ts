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
      if (name === 'password' && typeof value === 'string') this.#add(value)
      else this.#search(value, depth - 1)
    }
  }

  /** As it stands there, as a URL writes it, and as it is meant. */
  #addUrl(text: string): void {
    const written = /^[a-z]+:\/\/[^/?#:]*:([^/?#]+)@/i.exec(text)?.[1]
    const normal = URL.canParse(text) ? new URL(text).password : ''
    for (const word of [written ?? '', normal]) {
      this.#add(word)
      this.#add(decoded(word))
    }
  }

  #add(word: string): void {
    if (word !== '') this.#words.add(word)
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

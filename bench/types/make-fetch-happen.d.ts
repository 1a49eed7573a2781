/** The part that the bench uses; the package brings no types. */
declare module 'make-fetch-happen' {
  interface Settings {
    cachePath?: string
    retry?: { retries: number; minTimeout: number; maxTimeout: number }
  }
  const fetch: { defaults(settings: Settings): typeof globalThis.fetch }
  export default fetch
}

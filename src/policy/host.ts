/** The host that limits count for: its name and port. A name that ends in the root's dot is the same one (RFC 1034 3.1). */
export function hostOf({ hostname, port, protocol }: URL): string {
  return `${hostname.endsWith('.') ? hostname.slice(0, -1) : hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

/** Whether redirects led away from the origin that was asked. */
export function isFromElsewhere(
  { redirected, url }: { readonly redirected: boolean; readonly url: string },
  asked: string,
): boolean {
  return redirected && new URL(url).origin !== new URL(asked).origin
}

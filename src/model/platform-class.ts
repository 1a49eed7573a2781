/**
 * The platform's own class, also where one that inherits from it stands in its place, as @hono/node-server's Request and Response do: those keep
 * what they are made of to themselves, and the platform's own requests and responses are none of theirs.
 */
export function platformClass<Class extends object>(standing: Class): Class {
  const above = Object.getPrototypeOf(standing) as (Class & { readonly prototype?: unknown }) | null
  return above?.prototype === undefined ? standing : platformClass(above)
}

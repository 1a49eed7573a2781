import type { Client } from './client.ts'

/** The way to a client that can be asked. */
export interface Connection {
  /** The client, or a wait for the first attempt at it; throws at once where it is known to be away. */
  client(): Client | Promise<Client>
  /** 'ref' while an answer is awaited: only then may it keep the process alive. */
  hold(how: 'ref' | 'unref'): void
  /** It has left all calls without an answer for long. */
  gaveUp(why: Error): void
  /** Its server has become a replica: the same address may lead to the new primary by now. */
  outdated(): void
  close(): void
}

/** Told when a connection is lost, with all that waits for it. */
export type Lost = (why: unknown) => void

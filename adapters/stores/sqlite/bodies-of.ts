import type { BodyFiles } from '../../../src/model/store.ts'
import type { Open } from './open.ts'

type Opening = () => Open | Promise<Open>

/** The bodies of a database that each call opens, where it is not open. */
export function bodiesOf(opened: Opening, openedToWrite: Opening): BodyFiles {
  const files = async () => (await opened()).runtime.files
  const writable = async () => (await openedToWrite()).runtime.files
  return {
    append: async (id, bytes) => (await writable()).append(id, bytes),
    read: async (id, from, to, room) => (await files()).read(id, from, to, room),
    size: async (id) => (await files()).size(id),
    delete: async (ids) => (await writable()).delete(ids),
    ids: async function* () {
      yield* (await files()).ids()
    },
  }
}

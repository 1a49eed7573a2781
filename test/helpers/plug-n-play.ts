import { open } from 'node:fs/promises'

/** As Yarn's Plug'n'Play has it, until disposed: files of its own in the place of Node's, which cannot be brought to the disk. */
export async function plugNPlay(): Promise<Disposable> {
  const file = await open(import.meta.filename)
  const files = Object.getPrototypeOf(file) as Pick<typeof file, 'sync' | 'datasync'>
  await file.close()
  const { sync, datasync } = files
  const missing = (): never => {
    throw new Error('Method not implemented.')
  }
  Object.assign(files, { sync: missing, datasync: missing })
  const versions = process.versions as { pnp?: string }
  versions.pnp = '3'
  return {
    [Symbol.dispose]() {
      Object.assign(files, { sync, datasync })
      delete versions.pnp
    },
  }
}

/** The common face of schema libraries (standardschema.dev, version 1). A thing with `~standard` is a schema even if it is a function. */
export interface StandardSchema<O = unknown> {
  '~standard': {
    version: 1
    vendor: string
    validate: (value: unknown) => unknown
    types?: { input: unknown; output: O } | undefined
  }
}

/** What a schema makes of what it accepts. */
export type OutputOf<S> = S extends { '~standard': { types?: { output: infer O } | undefined } } ? O : unknown

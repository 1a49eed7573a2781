import type { Options } from 'tsup'
import { withoutBareImports } from './scripts/bare-imports.ts'
import { fewFiles } from './scripts/few-files.ts'
import { lateBuiltins } from './scripts/late-builtins.ts'

const config: Options = {
  entry: {
    index: 'src/index.ts',
    memory: 'adapters/stores/memory.ts',
    sqlite: 'adapters/stores/sqlite.ts',
    folder: 'adapters/stores/folder.ts',
    redis: 'adapters/stores/redis.ts',
    sealed: 'adapters/stores/sealed.ts',
    keyv: 'adapters/stores/keyv.ts',
    testing: 'adapters/testing/index.ts',
    unsupported: 'src/unsupported.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Shared chunks, so that an error made by one entry is an instance of the class exported by another.
  splitting: true,
  // Without this `node:sqlite` becomes `sqlite`, which does not exist.
  removeNodeProtocol: false,
  // tsup's own declarations need a compiler API, which TypeScript 7 has not; tsc writes them.
  dts: false,
  clean: true,
  esbuildPlugins: [lateBuiltins(), fewFiles()],
  plugins: [withoutBareImports()],
  // Half of what an import costs is reading the text. Names stay, so that a stack can still be read.
  esbuildOptions: (options) => {
    options.minifyWhitespace = true
    options.minifySyntax = true
    options.lineLimit = 200
  },
}

export default config

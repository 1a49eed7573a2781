import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** They leave nothing behind in their process: those of a worker share one, and with it what they import, which takes half as long. */
const TOGETHER = ['policy', 'rows/http', 'rows/admission'].map((folder) => `test/${folder}/**/*.test.ts`)

const config: ViteUserConfig = defineConfig({
  // Vite 7 hands TypeScript to esbuild, which lowers decorators only for a target below esnext.
  esbuild: { target: 'es2022' },
  test: {
    projects: [
      { extends: true, test: { name: 'together', include: TOGETHER, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: TOGETHER } },
    ],
    // Many tests wait for a server or another process, so one more than there are processors. By itself it would be one less.
    maxWorkers: availableParallelism() + 1,
    // Against a hang, not a measure: a busy machine makes 15 seconds out of three. A test says its own limit only where it proves something.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // The report is where CI reads the totals.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'coverage/test-report.json' }]] : ['default'],
    coverage: { include: ['src/**/*.ts', 'adapters/**/*.ts'] },
  },
})

export default config

import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  // Vite 7 hands TypeScript to esbuild, which lowers decorators only for a target below esnext.
  esbuild: { target: 'es2022' },
  test: {
    include: ['test/**/*.test.ts'],
    // Many tests wait for a server or another process, so one more than there are processors. By itself it would be one less.
    maxWorkers: availableParallelism() + 1,
    // The report is where CI reads the totals.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'coverage/test-report.json' }]] : ['default'],
    coverage: { include: ['src/**/*.ts', 'adapters/**/*.ts'] },
  },
})

export default config

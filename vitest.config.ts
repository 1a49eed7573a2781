import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  // Vite 7 hands TypeScript to esbuild, which lowers decorators only for a target below esnext.
  esbuild: { target: 'es2022' },
  test: {
    include: ['test/**/*.test.ts'],
    // By itself one less than there are processors, which on two of them is one: half of the time for nothing.
    maxWorkers: '100%',
    // The report is where CI reads the totals.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'coverage/test-report.json' }]] : ['default'],
    coverage: { include: ['src/**/*.ts', 'adapters/**/*.ts'] },
  },
})

export default config

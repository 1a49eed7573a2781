import fc from 'fast-check'

// One seed, so that a failure is the same on every machine; `npm run soak` and the fuzzers of the parsers go beyond.
fc.configureGlobal({ seed: 20_261_121, numRuns: 500 })

export { fc }

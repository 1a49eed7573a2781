// Loaded at the first download, and at its first failure, which takes longer than a clock turned by hand waits, and is no part of what is measured.
import 'p-retry'
import '../../src/create-origin.ts'

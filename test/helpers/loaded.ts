// Loaded at the first download, and at its first failure, which takes longer than a clock turned by hand waits, and is no part of what is measured.
import 'p-retry'
import '../../adapters/stores/sqlite/database.ts'
import '../../src/create-outside.ts'
import '../../src/create-upkeep.ts'
import '../../src/entry-account.ts'
import '../../src/prefetch-run.ts'

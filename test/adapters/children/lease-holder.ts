// The other process of the store contract: node lease-holder.ts FILE
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { actAsLeaseHolder } from '../../../adapters/testing/index.ts'

await actAsLeaseHolder(async () => sqlite(process.argv[2] as string))

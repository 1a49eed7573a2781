// The other process of the store contract: node lease-holder.ts FOLDER
import { folder } from '../../../../adapters/stores/folder.ts'
import { actAsLeaseHolder } from '../../../../adapters/testing/index.ts'

await actAsLeaseHolder(async () => folder(process.argv[2] as string))

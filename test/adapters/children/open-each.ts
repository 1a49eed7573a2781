// Opens each file that it is told, at once, and says what came of it: 'opened', or the error.
import { sqlite } from '../../../adapters/stores/sqlite.ts'

process.on('message', (file: string) => void openIt(file).then((told) => process.send?.(told)))
process.send?.('ready')

async function openIt(file: string): Promise<string> {
  const store = sqlite(file)
  try {
    await store.open()
    return 'opened'
  } catch (error) {
    return String(error)
  } finally {
    await store.close()
  }
}

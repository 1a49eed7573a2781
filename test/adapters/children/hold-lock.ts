// Keeps a database locked until it is told to let go: node hold-lock.ts FILE
import { DatabaseSync } from 'node:sqlite'

const db = new DatabaseSync(process.argv[2] as string)
db.exec('BEGIN EXCLUSIVE')
process.on('message', () => {
  db.exec('COMMIT')
  process.send?.('released')
})
process.send?.('locked')

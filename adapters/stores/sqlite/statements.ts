/** Each statement of {@link Tables}, by its name there. A key or a group is never part of the text. */
export const STATEMENTS = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  value: 'SELECT expires, sum, value FROM records WHERE key = ?',
  values: 'SELECT key, expires, sum, value FROM records WHERE key IN (?, ?, ?, ?)',
  // An index is written for each column that is set, also to what it was.
  putInPlace: `INSERT INTO records (key, grp, expires, sum, value) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET sum = excluded.sum, value = excluded.value WHERE grp IS excluded.grp AND expires IS excluded.expires`,
  put: `INSERT INTO records (key, grp, expires, sum, value) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET grp = excluded.grp, expires = excluded.expires, sum = excluded.sum, value = excluded.value`,
  remove: 'DELETE FROM records WHERE key = ? RETURNING grp',
  removeDamaged: 'DELETE FROM records WHERE key = ? AND sum = ?',
  removeExpired: 'DELETE FROM records WHERE id IN (SELECT id FROM records WHERE expires <= ? LIMIT ?)',
  keysFrom: 'SELECT key FROM records WHERE key >= ? AND key < ? AND (expires IS NULL OR expires > ?) ORDER BY key LIMIT ?',
  keysAfter: 'SELECT key FROM records WHERE key > ? AND key < ? AND (expires IS NULL OR expires > ?) ORDER BY key LIMIT ?',
  anyFrom: 'SELECT 1 FROM records WHERE key >= ? AND key < ? LIMIT 1',
  group: 'INSERT INTO groups (name, used) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET used = excluded.used RETURNING id',
  groupNamed: 'SELECT id FROM groups WHERE name = ?',
  touch: 'UPDATE groups SET used = ? WHERE name = ? AND used < ?',
  leastRecentlyUsed: `SELECT id, name FROM groups WHERE NOT EXISTS (SELECT 1 FROM records
    WHERE key > 'h1:k:' || substr(groups.name, 3) || ':' AND key < 'h1:k:' || substr(groups.name, 3) || ';'
    AND (expires IS NULL OR expires > ?)) ORDER BY used, id LIMIT ?`,
  removeOfGroup: 'DELETE FROM records WHERE grp = ? RETURNING key, length(value)',
  removeBodiesOfGroup: 'DELETE FROM bodies WHERE grp = ? RETURNING id, bytes',
  removeGroup: 'DELETE FROM groups WHERE id = ?',
  removeGroupIfEmpty: `DELETE FROM groups WHERE id = ? AND NOT EXISTS (SELECT 1 FROM records WHERE grp = ?)
    AND NOT EXISTS (SELECT 1 FROM bodies WHERE grp = ?)`,
  bodySize: 'SELECT bytes FROM bodies WHERE id = ?',
  addBody: 'INSERT OR IGNORE INTO bodies (id, grp, bytes) VALUES (?, ?, ?)',
  growBody: 'UPDATE bodies SET bytes = ? WHERE id = ? AND bytes = ?',
  removeBody: 'DELETE FROM bodies WHERE id = ? RETURNING grp',
  lease: 'SELECT generation, since, until FROM leases WHERE key = ?',
  putLease: `INSERT INTO leases (key, generation, since, until) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET generation = excluded.generation, since = excluded.since, until = excluded.until`,
  nextGeneration: "UPDATE facts SET value = max(value, ?) + 1 WHERE name = 'lease floor' RETURNING value",
  removeLease: 'DELETE FROM leases WHERE key = ? AND generation = ?',
  removeLeases: 'DELETE FROM leases WHERE key IN (SELECT key FROM leases WHERE until < ? LIMIT ?)',
  fact: 'SELECT value FROM facts WHERE name = ?',
  changesOfOthers: 'PRAGMA data_version',
  pageSize: 'PRAGMA page_size',
  pages: 'PRAGMA page_count',
  freePages: 'PRAGMA freelist_count',
} as const

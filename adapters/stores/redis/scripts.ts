import { createHash } from 'node:crypto'

/** A script, and the name under which a server that has seen it knows it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') })

/**
 * The beginning of what is written under a fence. KEYS: the index, then the lease where ARGV[1] names a generation, then the values. A
 * lease that is gone was given back, ran out long ago, or is of another life of the server. ARGV[2] is the holder where it is known: servers
 * that changed roles in mid-grant may have granted one generation twice. `first` is the place of the first value's key.
 */
const FENCE = `
local first = 2
if ARGV[1] ~= '' then
  first = 3
  local last = redis.pcall('HMGET', KEYS[2], 'generation', 'holder')
  if last.err or last[1] ~= ARGV[1] or (ARGV[2] ~= '' and last[2] ~= ARGV[2]) then return 0 end
end
`

/**
 * ARGV from `at` on: for each value its name in the index, its bytes, and when it ends ('' for never). The name comes first: one without a
 * value is found by a listing, a value without a name by none.
 */
const SET = `
for place = first, #KEYS do
  redis.call('ZADD', KEYS[1], 0, ARGV[at])
  if ARGV[at + 2] == '' then redis.call('SET', KEYS[place], ARGV[at + 1])
  else redis.call('SET', KEYS[place], ARGV[at + 1], 'PXAT', ARGV[at + 2]) end
  at = at + 3
end
`

export const WRITE: Script = script(`${FENCE}
local at = 3
${SET}return 1
`)

/**
 * The same where a key, which comes before those that are written, holds what is known of it: ARGV[4], or nothing where ARGV[3] is ''. 2: it
 * holds something else, and nothing is written. The lease is given back with it unless ARGV[5] is ''.
 */
export const WRITE_WHERE: Script = script(`${FENCE}
if redis.call('GET', KEYS[first]) ~= (ARGV[3] ~= '' and ARGV[4]) then return 2 end
first = first + 1
local at = 6
${SET}if ARGV[5] ~= '' then redis.call('DEL', KEYS[2]) end
return 1
`)

/** ARGV from 3 on: the names in the index. An index of another type is nothing to take a name from. */
export const DELETE: Script = script(`${FENCE}
for place = first, #KEYS do
  redis.call('UNLINK', KEYS[place])
  redis.pcall('ZREM', KEYS[1], ARGV[3 + place - first])
end
return 1
`)

/** KEYS: the index, then values; ARGV: their names. Tells which are there, and takes the names of the others from the index, if it may. */
export const PRESENT: Script = script(`
local there = {}
for place = 2, #KEYS do
  there[place - 1] = redis.call('EXISTS', KEYS[place])
  if there[place - 1] == 0 then redis.pcall('ZREM', KEYS[1], ARGV[place - 1]) end
end
return there
`)

/** KEYS: the index; ARGV: a mark of ours, the mark of a whole index. Tells whether it is whole; if not, ours stands in it from now on. */
export const BEGIN_INDEX: Script = script(`
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then redis.call('DEL', KEYS[1]) end
if redis.call('ZSCORE', KEYS[1], ARGV[2]) then return 1 end
redis.call('ZADD', KEYS[1], 0, ARGV[1])
return 0
`)

/** KEYS: the index, then values that a scan has found; ARGV: their names. Only those that are there still. */
export const INDEX: Script = script(`
for place = 2, #KEYS do
  if redis.call('EXISTS', KEYS[place]) == 1 then redis.call('ZADD', KEYS[1], 0, ARGV[place - 1]) end
end
return 1
`)

/** KEYS: the index; ARGV: a mark of ours, the mark of a whole index. Whole only if it is the same index as at the beginning. */
export const END_INDEX: Script = script(`
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[1], 0, ARGV[2])
return 1
`)

/**
 * The lease and the time, by the server's clock: the only one that all processes share. Before its beginning a lease is not held either: a
 * clock that was set back must not prolong it.
 */
const HELD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.pcall('HMGET', KEYS[1], 'generation', 'since', 'until', 'holder')
if last.err then redis.call('DEL', KEYS[1]) last = {} end
local since, ending = tonumber(last[2]), tonumber(last[3])
local held = since and ending and since <= now and now < ending
local whole = function(number) return string.format('%.0f', number) end
`

/**
 * KEYS: the lease; ARGV: holder, milliseconds, milliseconds for which it is remembered after that. Counts on from the last generation. Where
 * none is remembered it begins with the server's microseconds, and so above each that was ever granted: a lease that Redis has evicted, or
 * lost with its memory, brings no generation twice.
 */
export const GRANT: Script = script(`${HELD}
if held then return 0 end
local generation = tonumber(last[1])
if not (generation and generation >= 1 and generation < 2 ^ 53 - 1) then generation = time[1] * 1000000 + time[2] end
generation = generation + 1
redis.call('HSET', KEYS[1], 'generation', whole(generation), 'since', whole(now), 'until', whole(now + ARGV[2]), 'holder', ARGV[1])
redis.call('PEXPIRE', KEYS[1], whole(ARGV[2] + ARGV[3]))
return generation
`)

/** KEYS: the lease; ARGV: holder, milliseconds, milliseconds of remembrance, generation. */
export const EXTEND: Script = script(`${HELD}
if not held or last[1] ~= ARGV[4] or last[4] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'since', whole(now), 'until', whole(now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], whole(ARGV[2] + ARGV[3]))
return 1
`)

/**
 * KEYS: the lease; ARGV: holder, generation. Nothing of it is remembered: a day's worth would take as much memory as what was written under
 * them. The next generation is above this one as long as the server's clock goes forward; the holder tells them apart in any case. A full
 * server refuses no DEL.
 */
export const RELEASE: Script = script(`
local last = redis.pcall('HMGET', KEYS[1], 'generation', 'holder')
if last.err or last[1] ~= ARGV[2] or last[2] ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
`)

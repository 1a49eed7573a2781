/**
 * All that works on an open database. It is loaded when the first one is opened: the default instance names this store, and a program that
 * only starts, or finds in memory what it asks for, opens none.
 */
export { extend, grant, release as giveBack } from './leases.ts'
export { listKeys } from './listing.ts'
export { acquire, release } from './registry.ts'
export { put, putWhere, remove } from './values.ts'

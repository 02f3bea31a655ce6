/**
 * How the functions of the hot path are planned: every row by its key, planned once a connection. What waits differs by a
 * thousand times from one second to the next, and statistics are a minute old: a plan that scans because a table was small,
 * or compiles because a scan is forbidden, must not outlive that minute.
 */
export const BY_KEY = `set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off`;

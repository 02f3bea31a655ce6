/**
 * Time that a connection kept what waits in a lane from being sent, and that is not added to its lives yet: hundreds of
 * thousands may wait, so that lanes are given it one after the other. Until then nothing of such a lane is sent or expires.
 */
export const OWED_SINCE = `
alter table lanes add column owed_since timestamptz;
create index lanes_owed on lanes (connection_id) where owed_since is not null;
`;

/** Digests that notifier makes itself: which of them still owe their members an end. */
export const DIGEST_TABLES = `
create table digests (
  organization_id text not null, digest_id text not null,
  told text,                             -- the end of the digest that its members were given; null until then
  told_at timestamptz,
  primary key (organization_id, digest_id)
);
`;

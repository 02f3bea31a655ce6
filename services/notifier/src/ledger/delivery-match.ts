/** Whether a delivery is one of those that a reader asked for: the same as the list's filter in delivery-filter.ts, for a row at hand. */
import type { DeliveryCriteria } from '@tocsin/contracts';
import { UNDER_WAY_STATES, type DeliveryState } from '@tocsin/domain';

import type { ChangedRow } from './feed.repository.js';

const POSTED_OR_UNDER_WAY: readonly DeliveryState[] = [...UNDER_WAY_STATES, 'posted'];

const TESTS: { readonly [Name in keyof DeliveryCriteria]-?: (row: ChangedRow, wanted: NonNullable<DeliveryCriteria[Name]>) => boolean } = {
  id: (row, wanted) => wanted.includes(row.delivery_id),
  state: (row, wanted) => wanted.includes(row.state),
  connectionId: (row, wanted) => wanted.includes(row.connection_id),
  destination: (row, wanted) => (row.destination_id !== null && wanted.includes(row.destination_id)) || namesOf(row).some((name) => wanted.map(plain).includes(name)),
  issueId: (row, wanted) => wanted.some((id) => row.issue_ids.includes(id)),
  workflowId: ({ command: { source } }, wanted) => 'workflowId' in source && wanted.includes(source.workflowId),
  source: (row, wanted) => wanted.includes(row.command.source.kind),
  code: (row, wanted) => !POSTED_OR_UNDER_WAY.includes(row.state) && row.error !== null && wanted.includes(row.error.code),
  digestId: (row, wanted) => row.digest_id !== null && wanted.includes(row.digest_id),
  replayOf: (row, wanted) => row.replay_of !== null && wanted.includes(row.replay_of),
  replayed: (row, wanted) => String(row.replayed) === wanted,
  after: (row, wanted) => row.created_at > new Date(wanted),
  before: (row, wanted) => row.created_at < new Date(wanted),
  changedBefore: (row, wanted) => (row.settled_at ?? row.created_at) < new Date(wanted),
  exceptIds: (row, wanted) => !wanted.includes(row.delivery_id),
  q: (row, wanted) => row.delivery_id === wanted || textsOf(row).some((text) => text.toLowerCase().includes(wanted.toLowerCase())),
};

export function isWanted(row: ChangedRow, criteria: DeliveryCriteria): boolean {
  return (Object.keys(TESTS) as (keyof DeliveryCriteria)[]).every((name) => {
    const wanted = criteria[name];
    return wanted === undefined || (TESTS[name] as (row: ChangedRow, wanted: unknown) => boolean)(row, wanted);
  });
}

/** The names that the destination is known by: the present one, and the one that it was given by. */
function namesOf({ destination_name, given_name }: ChangedRow): string[] {
  return [destination_name, given_name].flatMap((name) => (name === null ? [] : [plain(name)]));
}

function plain(name: string): string {
  return name.replace(/^[#@]+/, '').toLowerCase();
}

function textsOf({ given_name, command }: ChangedRow): string[] {
  return [given_name ?? '', command.comment ?? '', ...command.issues.map(({ title }) => title)];
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { aSendToSlack } from '@tocsin/testing';

import { OpenedLanes } from '../../test/opened-lanes.js';
import { arrivalRow } from './arrival.js';

let opened: OpenedLanes;

beforeAll(async () => { opened = await OpenedLanes.open(); }, 30_000);
afterAll(() => opened.close());
beforeEach(() => opened.clear());

describe('a command', () => {
  test('that comes three times is one delivery, counted once', async () => {
    await opened.accept({ commandId: 'one' });
    await opened.accept({ commandId: 'one' }, { commandId: 'one' });
    await expect(opened.source.query('select sum(accepted)::int as accepted from accepted_counts')).resolves.toEqual([{ accepted: 1 }]);
    await expect(opened.source.query('select count(*)::int as rows from deliveries')).resolves.toEqual([{ rows: 1 }]);
  });

  test('is taken in while another replica is about to commit commands of the same organization', async () => {
    await opened.source.transaction(async (tx) => {
      await opened.arrivals.ingestWithin(tx, [{ command: aSendToSlack({ connectionId: 'connection-1', destination: { id: 'C0GENERAL1' } }), saidAt: new Date() }]);
      await opened.accept({});
    });
    await expect(opened.source.query('select sum(accepted)::int as accepted from accepted_counts')).resolves.toEqual([{ accepted: 2 }]);
  });

  test('is kept as it came, or as it was left when something of it is not kept', async () => {
    const [came, made] = ['came', 'made'].map((commandId) => aSendToSlack({ commandId, connectionId: 'connection-1', destination: { id: 'C0SECALERT' }, comment: 'Größe → „x“ \ud83d\udd14' }));
    if (!came || !made) throw new Error('two commands');
    const json = Buffer.from(JSON.stringify({ specversion: '1.0', data: came }, undefined, 2));
    await opened.arrivals.ingest([arrivalRow({ command: came, saidAt: new Date(), json }), arrivalRow({ command: made, saidAt: new Date() })]);
    await expect(opened.source.query('select event, event::text as kept from commands order by delivery_id')).resolves.toEqual([
      { event: { specversion: '1.0', data: came }, kept: json.toString() }, { event: { data: made }, kept: expect.any(String) },
    ]);
    await expect(opened.source.query('select command from ledger order by delivery_id')).resolves.toEqual([{ command: came }, { command: made }]);
  });

  test('may be handed over by a replica of the version before, within what is kept of it', async () => {
    const command = aSendToSlack({ connectionId: 'connection-1', destination: { id: 'C0SECALERT' }, comment: 'Look', source: { kind: 'workflow', workflowId: 'w7', version: 1, stepId: 's1' } });
    const { lane, facts } = arrivalRow({ command, saidAt: new Date() });
    const { sourceKind: _kind, workflowId: _workflow, searched: _searched, issueRevision: _revision, issueStatus: _status, ...kept } = JSON.parse(facts.toString()) as Record<string, unknown>;
    await opened.source.query(`select accept_deliveries($1, $2, interval '1 day', interval '5 minutes')`, [JSON.stringify([lane]), JSON.stringify([{ ...kept, lane: 1, event: { data: command } }])]);
    await expect(opened.source.query('select command, source_kind, workflow_id, searched, issue_revision, issue_status from ledger')).resolves.toEqual([
      { command, source_kind: 'workflow', workflow_id: 'w7', searched: expect.stringContaining('"look"'), issue_revision: command.issues[0]?.revision, issue_status: 'open' },
    ]);
  });

  test('with the id that another organization used is a delivery of its own', async () => {
    await opened.connect({ id: 'connection-2', organizationId: 'globex' });
    await opened.accept({ commandId: 'same' }, { commandId: 'same', organizationId: 'globex', connectionId: 'connection-2' });
    await expect(opened.source.query('select organization_id from deliveries order by 1')).resolves.toEqual([{ organization_id: 'acme' }, { organization_id: 'globex' }]);
  });

  test('has a lane of its own, whatever the names of another one in its batch hold', async () => {
    const lanes = [['a\nb', 'c'], ['a', 'b\nc'], ['a,b', 'c'], ['a', 'b","c']] as const;
    await opened.arrivals.ingest(lanes.map(([organizationId, connectionId]) => arrivalRow({ command: aSendToSlack({ organizationId, connectionId, destination: { id: 'C0SECALERT' } }), saidAt: new Date() })));
    await expect(opened.source.query('select count(*)::int as deliveries, count(distinct lane_id)::int as lanes from deliveries')).resolves.toEqual([{ deliveries: 4, lanes: 4 }]);
  });

  test.each([
    ['by hand', { source: { kind: 'manual', user: 'ada@acme.test' } as const }, 0],
    ['of a workflow', { source: { kind: 'workflow', workflowId: 'w', version: 1, stepId: 's' } as const }, 5],
    ['of a digest', { source: { kind: 'digest', of: 20 } as const }, 7],
    ['with a priority of its own', { priority: 9 }, 9],
  ])('%s has its place in the line', async (_, command, priority) => {
    await opened.accept(command);
    await expect(opened.source.query('select priority from deliveries')).resolves.toEqual([{ priority }]);
  });
});

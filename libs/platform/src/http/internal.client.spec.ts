import { expect, test } from '@jest/globals';

import { InternalClient } from './internal.client.js';

const nobody = 'http://127.0.0.1:1';
const client = new InternalClient('notifier', { connector: nobody, issues: nobody, workflows: nobody, notifier: nobody }, new Uint8Array(32));

test.each(['.', '..', '%2e', '%2E%2e'])('an id "%s" from outside makes no other route of the path: nothing has it, and nobody is asked', async (id) => {
  await expect(client.get('connector', `/internal/connections/${id}/credential`)).resolves.toBeUndefined();
  await expect(client.get('connector', `/internal/connections/${id}`)).resolves.toBeUndefined();
});

test.each(["/internal/commands/in-transit?organizationId=o'neil..", '/internal/commands/acme%2Fb/c'])('%s leads where it says', async (path) => {
  await expect(client.get('connector', path)).rejects.toThrow('connector cannot be reached');
});

import { describe, expect, test } from '@jest/globals';

import { permissionsOf } from '@tocsin/domain';

import { grantFor, type Creator, type Wish } from './grant.js';

const ADMIN: Creator = { permissions: permissionsOf(['admin']) };
const RESPONDER: Creator = { permissions: permissionsOf(['responder']) };

describe('what a new API key may do', () => {
  test.each<[string, Wish, Creator, object]>([
    ['a role', { roles: ['ingest'] }, ADMIN, { ok: true, permissions: ['issues:ingest'] }],
    ['roles and permissions together', { roles: ['ingest'], permissions: ['issues:read'] }, ADMIN, { ok: true, permissions: ['issues:read', 'issues:ingest'] }],
    ['nothing', {}, ADMIN, { ok: false, reason: 'nothing' }],
    ['more than its creator', { roles: ['admin'] }, RESPONDER, { ok: false, reason: 'permissions', beyond: expect.arrayContaining(['connectors:configure', 'keys:manage']) }],
    ['what stands outside organizations', { roles: ['operator'] }, ADMIN, { ok: false, reason: 'permissions', beyond: ['operations:read'] }],
    ['some applications', { roles: ['ingest'], applications: ['shop', 'shop'] }, ADMIN, { ok: true, applications: ['shop'] }],
    ['deliveries of some applications, which nothing can tell apart', { permissions: ['issues:read', 'deliveries:read'], applications: ['shop'] }, ADMIN, { ok: false, reason: 'not_by_application', beyond: ['deliveries:read'] }],
    ['a role for some applications: what of it can be limited', { roles: ['viewer'], applications: ['shop'] }, ADMIN, { ok: true, permissions: ['issues:read'], applications: ['shop'] }],
    ['one of its creator’s applications', { roles: ['ingest'], applications: ['shop'] }, { ...ADMIN, applications: ['shop', 'bank'] }, { ok: true, applications: ['shop'] }],
    ['another application than its creator’s', { roles: ['ingest'], applications: ['bank'] }, { ...ADMIN, applications: ['shop'] }, { ok: false, reason: 'applications', beyond: ['bank'] }],
    ['all applications, by a creator who has some', { roles: ['ingest'] }, { ...ADMIN, applications: ['shop'] }, { ok: false, reason: 'applications' }],
  ])('%s', (_, wish, creator, expected) => {
    expect(grantFor(wish, creator)).toMatchObject(expected);
  });
});

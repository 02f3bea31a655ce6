import type { MigrationInterface, QueryRunner } from 'typeorm';

import { createAuditTable, createIdempotencyTable, createInboxTable, createOutboxTables } from '@tocsin/platform';

/** A row outlives its disconnection: who connects the workspace again gets the connection that messages and workflows name. */
const CONNECTIONS = `
  create table connections (
    id text primary key, organization_id text not null, team_id text not null,
    method text not null, workspace jsonb not null, bot jsonb not null, app_id text,
    scopes text[] not null, missing_scopes text[] not null,
    paused boolean not null, health jsonb not null, doubted text,
    version int not null, credential_version int not null,
    token_key_id text, token_box bytea, token_hint text not null, token_updated_at timestamptz not null,
    created_at timestamptz not null, last_check_at timestamptz, disconnected_at timestamptz,
    unique (organization_id, team_id),
    check ((token_box is null) = (disconnected_at is not null)));
  create index connections_of_team on connections (team_id)`;

/** State and browser are kept as hashes: who reads the table cannot finish somebody's installation. */
const OAUTH_STATES = `
  create table oauth_states (
    state_hash bytea primary key, browser_hash bytea not null,
    organization_id text not null, user_name text not null, connection_id text,
    expires_at timestamptz not null, used_at timestamptz)`;

const API_KEYS = `
  create table api_keys (
    id text primary key, organization_id text not null, name text not null, key_hash bytea not null unique,
    permissions text[] not null, applications text[], expires_at timestamptz not null,
    created_at timestamptz not null default now(), created_by text not null);
  create index api_keys_of_organization on api_keys (organization_id, id desc)`;

export class Initial1732460000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createOutboxTables(runner);
    await createInboxTable(runner);
    await createIdempotencyTable(runner);
    await createAuditTable(runner);
    await runner.query(CONNECTIONS);
    await runner.query(OAUTH_STATES);
    await runner.query(API_KEYS);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('the first migration is not taken back: drop the schema instead'));
  }
}

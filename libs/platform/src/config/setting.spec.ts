import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IsBoolean, IsInt, Max } from 'class-validator';

import { ServiceConfig } from './service.config.js';
import { ConfigError, loadConfig, Setting, settingsOf } from './setting.js';

class NotifierConfig extends ServiceConfig {
  override PORT = 3014;
  @Setting('Posts in flight.') @IsInt() @Max(64) SLACK_CONCURRENCY = 32;
  @Setting('Whether to pace.') @IsBoolean() PACED = true;
}

const ENOUGH = { DATABASE_URL: 'postgres://localhost/tocsin', ENCRYPTION_KEYS: 'k1:abc' };

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'tocsin-settings-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(NotifierConfig, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('settings', () => {
  test('have their defaults when nothing is set; an empty variable counts as not set', () => {
    expect(loadConfig(NotifierConfig, { ...ENOUGH, PORT: ' ', SLACK_CONCURRENCY: '' })).toMatchObject({ PORT: 3014, SLACK_CONCURRENCY: 32, PACED: true, LOG_LEVEL: 'info' });
  });

  test.each([
    ['PORT', '8080', 8080],
    ['PACED', 'false', false],
    ['PACED', '1', true],
    ['LOG_LEVEL', ' warn ', 'warn'],
  ])('%s=%s is read by its type', (name, text, value) => {
    expect(loadConfig(NotifierConfig, { ...ENOUGH, [name]: text })).toHaveProperty(name, value);
  });

  test('come from the file that NAME_FILE names; NAME itself wins', () => {
    const file = join(folder, 'url');
    writeFileSync(file, 'postgres://mounted/tocsin\n');
    const { DATABASE_URL, ...rest } = ENOUGH;
    expect(loadConfig(NotifierConfig, { ...rest, DATABASE_URL_FILE: file }).DATABASE_URL).toBe('postgres://mounted/tocsin');
    expect(loadConfig(NotifierConfig, { ...ENOUGH, DATABASE_URL_FILE: file }).DATABASE_URL).toBe(DATABASE_URL);
  });

  test('are not set by a file that is empty', () => {
    const file = join(folder, 'empty');
    writeFileSync(file, '\n');
    expect(loadConfig(NotifierConfig, { ...ENOUGH, PORT_FILE: file }).PORT).toBe(3014);
    expect(problemsOf({ ...ENOUGH, DATABASE_URL: '', DATABASE_URL_FILE: file })[0]).toContain('DATABASE_URL');
  });

  test('that are wrong are told all at once', () => {
    const problems = problemsOf({ PORT: 'eighty', SLACK_CONCURRENCY: '65', PACED: 'perhaps', OIDC_ISSUER: 'nowhere', AMQP_URL: 'http://x', ENCRYPTION_KEYS_FILE: join(folder, 'missing') });
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual(['AMQP_URL', 'DATABASE_URL', 'ENCRYPTION_KEYS', 'ENCRYPTION_KEYS', 'OIDC_ISSUER', 'PACED', 'PORT', 'SLACK_CONCURRENCY']);
    expect(problems.find((problem) => problem.startsWith('PORT'))).toContain('"eighty" is not a number');
    expect(problems.find((problem) => problem.includes('ENCRYPTION_KEYS_FILE'))).toContain('cannot be read');
  });

  test('that cannot be left out where they are read are told with the others', () => {
    const needed = { AMQP_URL: 'must be set here', OIDC_ISSUER: 'must be set here' };
    expect(() => loadConfig(NotifierConfig, { ...ENOUGH, PORT: 'eighty', OIDC_ISSUER: 'https://id.test' }, needed)).toThrow(/PORT: .*\n {2}- AMQP_URL: must be set here$/);
    expect(loadConfig(NotifierConfig, { ...ENOUGH, AMQP_URL: 'amqp://a', OIDC_ISSUER: 'https://id.test' }, needed)).toMatchObject({ AMQP_URL: 'amqp://a' });
  });

  test('say each in a sentence what they are for, and which of them are secret', () => {
    const settings = settingsOf(NotifierConfig);
    expect(settings.find(({ name }) => name === 'SLACK_CONCURRENCY')).toEqual({ name: 'SLACK_CONCURRENCY', description: 'Posts in flight.', secret: false });
    expect(settings.filter(({ secret }) => secret).map(({ name }) => name)).toEqual(['DATABASE_URL', 'AMQP_URL', 'ENCRYPTION_KEYS', 'SERVICE_SECRET']);
    for (const { description } of settings) expect(description).toMatch(/^[A-Z].*\.$/);
  });

  test('of one service are not those of another', () => {
    class IssuesConfig extends ServiceConfig {
      @Setting('Largest report.') @IsInt() REPORT_BYTES = 1;
    }
    expect(settingsOf(NotifierConfig).map(({ name }) => name)).not.toContain('REPORT_BYTES');
    expect(settingsOf(IssuesConfig).map(({ name }) => name)).not.toContain('PACED');
  });
});

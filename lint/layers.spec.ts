/** Plants a violation in each layer, in memory, and sees it refused by the configuration that `npm run lint` uses. */
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

import config from '../eslint.config.js';
import { LAYERS } from './layers.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The same rules, without those that need the types of the whole program. */
const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: true, baseConfig: config, overrideConfig: tseslint.configs.disableTypeChecked });

async function complaints(filePath: string, code: string, rule = 'tocsin/layers'): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  const messages = result?.messages ?? [];
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages.filter(({ ruleId }) => ruleId === rule).map(({ message }) => message);
}

describe('who may import whom', () => {
  const VIOLATIONS: [file: string, code: string, says: string][] = [
    ['libs/domain/src/planted.ts', "import { createHash } from 'node:crypto';", 'domain may import no module of Node, not "node:crypto"'],
    ['libs/domain/src/planted.ts', "import { v7 } from 'uuid';", 'domain may import from npm nothing, not "uuid"'],
    ['libs/domain/src/planted.ts', "import type { SendToSlack } from '@tocsin/contracts';", 'domain may import no other package'],
    ['libs/contracts/src/planted.ts', "import { Outbox } from '@tocsin/platform';", 'contracts may import of our packages only domain'],
    ['libs/contracts/src/planted.ts', "import { ApiProperty } from '@nestjs/swagger';", 'contracts may import from npm only class-validator, class-transformer'],
    ['libs/platform/src/planted.ts', "import { SlackDoor } from '@tocsin/slack';", 'platform may import of our packages only contracts, domain'],
    ['libs/platform/src/planted.ts', "export { issuesService } from '@tocsin/issues';", 'platform may import of our packages only contracts, domain'],
    ['libs/platform/src/planted.ts', "import { WebClient } from '@slack/web-api';", 'platform may import not @slack/web-api'],
    ['libs/platform/src/planted.ts', "import { useState } from 'react';", 'platform may import not react'],
    ['libs/slack/src/planted.ts', "import { Outbox } from '@tocsin/platform';", 'slack may import of our packages only domain'],
    ['libs/slack/src/planted.ts', "import pg from 'pg';", 'slack may import from npm only @slack/web-api, @slack/types, undici'],
    ['libs/testing/src/planted.ts', "import { issuesService } from '@tocsin/issues';", 'testing may import of our packages only domain, contracts, platform, slack'],
    ['services/connector/src/planted.ts', "import { WebClient } from '@slack/web-api';", 'connector may import not @slack/web-api'],
    ['services/issues/src/planted.ts', "await import('@tocsin/notifier');", 'issues may import of our packages only'],
    ['services/issues/src/planted.ts', "import { testDatabase } from '@tocsin/testing';", 'issues may import @tocsin/testing only in tests'],
    ['services/workflows/src/planted.ts', "import 'react-dom/server';", 'workflows may import not react-dom/server'],
    ['services/notifier/src/planted.ts', "type Stolen = import('@tocsin/connector').Stolen;", 'notifier may import of our packages only'],
    ['services/notifier/src/planted.spec.ts', "import { issuesService } from '@tocsin/issues';", 'notifier may import of our packages only'],
    ['services/standalone/src/planted.ts', "import { SlackDoor } from '@tocsin/slack';", 'standalone may import of our packages only'],
    ['services/console/src/planted.tsx', "import { loadConfig } from '@tocsin/platform';", 'console (browser) may import of our packages only contracts, domain'],
    ['services/console/src/planted.tsx', "import { Controller } from '@nestjs/common';", 'console (browser) may import not @nestjs/common'],
    ['services/console/src/planted.tsx', "import { readFileSync } from 'node:fs';", 'console (browser) may import no module of Node'],
    ['services/console/src/planted.tsx', "import { MESSAGES } from '@tocsin/contracts';", 'only types of @tocsin/contracts (import type)'],
    ['services/console/server/planted.ts', "import { DataSource } from 'typeorm';", 'console may import not typeorm'],
    ['services/slack-sandbox/src/planted.ts', "import { SlackDoor } from '@tocsin/slack';", 'slack-sandbox may import of our packages only domain'],
    ['services/cli/src/planted.ts', "import { openDatabase } from '@tocsin/platform';", 'cli may import of our packages only contracts, domain'],
  ];

  test.each(VIOLATIONS)('%s is refused %s', async (file, code, says) => {
    expect(await complaints(file, code)).toEqual([expect.stringContaining(says)]);
  });

  test('every layer has a violation planted in it', () => {
    const planted = LAYERS.map(({ folder }) => folder).filter((folder) => VIOLATIONS.some(([file]) => file.startsWith(`${folder}/`)));
    expect(planted).toEqual(LAYERS.map(({ folder }) => folder));
  });

  test.each([
    ['libs/contracts/src/planted.ts', "import { IsInt } from 'class-validator';\nimport type { Issue } from '@tocsin/domain';\nimport { Near } from './near.js';"],
    ['libs/domain/src/planted.spec.ts', "import { readFileSync } from 'node:fs';\nimport fc from 'fast-check';\nimport { anIssue } from '@tocsin/testing';"],
    ['libs/platform/src/planted.ts', "import { connect } from 'amqplib';\nimport { MESSAGES } from '@tocsin/contracts';"],
    ['libs/slack/src/planted.ts', "import { WebClient } from '@slack/web-api';\nimport { createHmac } from 'node:crypto';"],
    ['services/notifier/src/planted.ts', "import { SlackDoor } from '@tocsin/slack';\nimport { Outbox } from '@tocsin/platform';"],
    ['services/console/src/planted.tsx', "import { useState } from 'react';\nimport type { Connection } from '@tocsin/contracts';\nimport { renderMessage } from '@tocsin/domain';"],
    ['services/standalone/src/planted.ts', "import { issuesService } from '@tocsin/issues';"],
  ])('%s may import what its layer may', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });

  test.each([
    ['services/issues/src/planted.ts', "import { settle } from '../../notifier/src/settle.js';", 'leaves the package'],
    ['services/issues/src/deep/planted.ts', "export * from '../../../../libs/platform/src/index.js';", 'leaves the package'],
    ['services/issues/src/planted.ts', "import fs from 'fs';", 'Write "node:fs"'],
  ])('%s is refused the way around: %s', async (file, code, says) => {
    expect(await complaints(file, code)).toEqual([expect.stringContaining(says)]);
  });
});

describe('the environment', () => {
  const READ = 'export const level = process.env.LOG_LEVEL;';

  test.each([
    ['services/issues/src/planted.ts', READ],
    ['libs/platform/src/http/planted.ts', 'export const { PORT } = process.env;'],
    ['services/console/server/planted.ts', READ],
  ])('is not read in %s', async (file, code) => {
    expect(await complaints(file, code, 'no-restricted-syntax')).toEqual([expect.stringContaining('only a main reads the environment')]);
  });

  test.each([
    ['services/issues/src/main.ts', READ],
    ['libs/platform/src/config/planted.ts', READ],
    ['services/issues/src/planted.it-spec.ts', READ],
    ['libs/platform/src/planted.ts', 'export const search = process.env.PATH;'],
  ])('may be read in %s: %s', async (file, code) => {
    expect(await complaints(file, code, 'no-restricted-syntax')).toEqual([]);
  });
});

describe('what is long is refused', () => {
  const lines = (count: number): string => Array.from({ length: count }, (_, index) => `export const n${index} = ${index};\n\n// why\n`).join('');
  const functionOf = (count: number): string => `export function long(): void {\n${'  work();\n\n'.repeat(count)}}\n`;

  test.each([
    ['a file of 250 lines, blank ones and comments not counted', lines(250), []],
    ['a file of 251 lines', lines(251), ['max-lines']],
    ['a function of 50 lines', functionOf(48), []],
    ['a function of 51 lines', functionOf(49), ['max-lines-per-function']],
  ])('%s', async (_what, code, rules) => {
    for (const file of ['services/issues/src/planted.ts', 'services/console/src/planted.tsx', 'scripts/planted.js']) {
      const [result] = await eslint.lintText(file.endsWith('.js') ? code.replace('(): void', '()') : code, { filePath: file });
      expect(result?.messages.map(({ ruleId }) => ruleId).filter((rule) => rule?.startsWith('max-lines'))).toEqual(rules);
    }
  });

  test('but not in tests', async () => {
    const [result] = await eslint.lintText(lines(300) + functionOf(80), { filePath: 'services/issues/src/planted.it-spec.ts' });
    expect(result?.messages).toEqual([]);
  });
});

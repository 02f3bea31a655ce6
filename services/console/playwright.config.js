import { readdirSync } from 'node:fs';

import { defineConfig } from '@playwright/test';

import { CHROMIUM } from '../../scripts/chromium.js';

const SPEC = '.e2e-spec.ts';
const files = readdirSync(new URL('e2e', import.meta.url)).filter((name) => name.endsWith(SPEC)).sort();

export default defineConfig({
  testDir: 'e2e',
  // a project each: every file begins with an empty database of its own
  projects: files.map((name) => ({ name: name.slice(0, -SPEC.length), testMatch: name })),
  outputDir: 'dist/e2e',
  reporter: 'list',
  // two files at a time, each with a product and a browser of its own
  workers: 2,
  timeout: 180_000,
  // a machine with two processors may have other work: what holds on a quiet one within a second has to hold on it, too
  expect: { timeout: 15_000 },
  use: {
    // says what was waited for, before the test's own time is over
    actionTimeout: 60_000,
    // it costs as much as the tests themselves: npx playwright test --trace retain-on-failure
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(CHROMIUM && { executablePath: CHROMIUM }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});

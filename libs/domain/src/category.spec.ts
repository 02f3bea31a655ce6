import { describe, expect, test } from '@jest/globals';

import { categoryOf } from './category.js';

describe('the category of an issue', () => {
  test.each([
    ['a hard-coded credential by its CWE', { cwes: ['CWE-798'], tags: [], tool: 'CodeQL' }, 'secret'],
    ['a secret by its tag, whatever the tool', { cwes: [], tags: ['secret'], tool: 'Trivy' }, 'secret'],
    ['a secret by its rule', { cwes: [], tags: [], rule: 'generic.secrets.security.detected-private-key', tool: 'Semgrep OSS' }, 'secret'],
    ['everything that a finder of secrets finds', { cwes: [], tags: [], tool: 'gitleaks' }, 'secret'],
    ['a vulnerable package by its rule', { cwes: ['CWE-502'], tags: [], rule: 'CVE-2022-23305-log4j', tool: 'Grype' }, 'dependency'],
    ['a vulnerable package by its CVE', { cwes: [], tags: [], cves: ['CVE-2022-1'], tool: 'Something' }, 'dependency'],
    ['infrastructure by the rule', { cwes: [], tags: [], rule: 'CKV_AWS_20', tool: 'Bridgecrew' }, 'infrastructure'],
    ['cloud by the tool', { cwes: [], tags: [], tool: 'Prowler' }, 'cloud'],
    ['an interface by the tool that calls it', { cwes: ['CWE-20'], tags: [], tool: 'mAPI' }, 'api'],
    ['code by its CWE', { cwes: ['CWE-89'], tags: [], tool: 'Unheard of' }, 'code'],
    ['what nothing speaks for', { cwes: [], tags: ['performance'], rule: 'S100', tool: 'Unheard of' }, 'unknown'],
  ])('%s', (_, hints, category) => {
    expect(categoryOf(hints)).toBe(category);
  });
});

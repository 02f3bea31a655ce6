/**
 * What kind of problem an issue is, by one table over its CWEs, its tags and rule, and its tool. The first line that fits
 * decides; what fits none stays unknown, for nothing is guessed.
 */
import type { Category } from './issue.js';

export interface CategoryHints {
  cwes: readonly string[];
  tags: readonly string[];
  rule?: string | undefined;
  tool: string;
  cves?: readonly string[];
}

interface Line {
  category: Category;
  cwes?: RegExp;
  tags?: RegExp;
  rule?: RegExp;
  tool?: RegExp;
}

/** Secrets first: whatever else an issue is, a secret in it decides who may read it. */
const TABLE: readonly Line[] = [
  { category: 'secret', cwes: /^CWE-(?:798|259|321|312|522|540)$/, tags: /^(?:secrets?|hard-?coded-?credentials?|credentials?|api-?keys?)$/i, rule: /(?:^|[-_./])(?:hard-?coded|detected)[-_](?:secret|password|credential|token|api[-_]?key)|(?:^|[-_./])(?:secrets?|gitleaks|private-?key)(?:$|[-_./])/i, tool: /gitleaks|trufflehog|detect-secrets|ggshield|secret/i },
  { category: 'malware', cwes: /^CWE-506$/, tags: /^malware$/i, rule: /^MAL-\d/i },
  { category: 'license', tags: /^licen[cs]e$/i, rule: /licen[cs]e/i },
  { category: 'container', tags: /^(?:container|docker|image)$/i, tool: /^(?:dockle|hadolint)/i },
  { category: 'infrastructure', tags: /^(?:iac|terraform|kubernetes|misconfiguration|cloudformation|helm)$/i, rule: /^(?:CKV2?_|AVD-(?:AWS|AZU|GCP|KSV|DS)|KSV|DS\d)/i, tool: /^(?:checkov|tfsec|kics|terrascan|kubesec|kube-linter)/i },
  { category: 'cloud', tags: /^(?:cloud|aws|azure|gcp|cspm)$/i, tool: /^(?:prowler|scoutsuite|wiz|steampipe)/i },
  { category: 'dependency', tags: /^(?:dependency|dependencies|sca|vulnerable-dependency)$/i, rule: /^(?:CVE-\d{4}-|GHSA-|OSV-|PYSEC-|RUSTSEC-|GO-\d{4}-|SNYK-)/i, tool: /^(?:grype|osv-scanner|snyk open source|dependency-check|npm audit|trivy-vuln)/i },
  { category: 'api', tags: /^api$/i, tool: /^mapi$|mayhem for api|42crunch|spectral|schemathesis/i },
  { category: 'code', cwes: /^CWE-\d+$/, tags: /^(?:sast|owasp.*|cwe.*|security)$/i, tool: /semgrep|codeql|gosec|spotbugs|bandit|eslint|sonar|fxcop|snyk code|brakeman/i },
];

/** @returns the category of the first line that fits; `unknown` when none does */
export function categoryOf({ cwes, tags, rule = '', tool, cves = [] }: CategoryHints): Category {
  const line = TABLE.find(
    (candidate) =>
      (candidate.cwes && cwes.some((cwe) => candidate.cwes?.test(cwe))) ||
      (candidate.tags && tags.some((tag) => candidate.tags?.test(tag))) ||
      candidate.rule?.test(rule) ||
      candidate.tool?.test(tool) ||
      (candidate.category === 'dependency' && cves.length > 0),
  );
  return line?.category ?? 'unknown';
}

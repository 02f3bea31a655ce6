/** The fields of an issue. All of it is data from outside: text, and links only to web addresses. */
import { Anchor, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { CATEGORY_WORDS, type Issue } from '@tocsin/domain';

import { SeverityMark } from '../parts/severity-mark.js';
import { TimeAgo } from '../parts/time-ago.js';
import { statusWord } from './issue-words.js';

export function IssueFacts({ issue }: { issue: Issue }) {
  const facts = factsOf(issue).filter(([, value]) => value !== undefined && value !== '');
  return (
    <Stack gap="md">
      <dl className="facts">
        {facts.map(([name, value]) => <div key={name} className="fact"><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      <LongText title="Description" text={issue.description} />
      <LongText title="Recommendation" text={issue.recommendation} />
    </Stack>
  );
}

function factsOf(issue: Issue): [string, ReactNode][] {
  const { severity, status, application, category, location, tool, rule, cves, cwes, cvss, epss, owners, tags, scope, dueAt, firstSeen, lastSeen, url } = issue;
  const place = location && (location.line === undefined ? location.path : `${location.path}:${location.line}`);
  return [
    ['Severity', <SeverityMark key="severity" severity={severity} />],
    ['Status', statusWord(status)],
    ['Application', application],
    ['Category', CATEGORY_WORDS[category]],
    ['Location', place === undefined ? undefined : <WebLink key="place" url={location?.url} text={place} />],
    ['Tool', tool],
    ['Rule', rule],
    ['CVE', cves.join(', ')],
    ['CWE', cwes.join(', ')],
    ['CVSS', cvss],
    ['EPSS', epss],
    ['Owners', owners.join(', ')],
    ['Tags', tags.join(', ')],
    ['Scope', scope],
    ['Fix due', dueAt === undefined ? undefined : new Date(dueAt).toLocaleDateString()],
    ['First seen', <TimeAgo key="first" at={firstSeen} />],
    ['Last seen', <TimeAgo key="last" at={lastSeen} />],
    ['Link', url === undefined ? undefined : <WebLink key="url" url={url} text={url} />],
  ];
}

function WebLink({ url, text }: { url: string | undefined; text: string }) {
  return url !== undefined && /^https?:\/\//i.test(url) ? <Anchor href={url} target="_blank" rel="noopener noreferrer" size="sm" underline="always">{text}</Anchor> : text;
}

function LongText({ title, text }: { title: string; text: string | undefined }) {
  if (text === undefined || text === '') return null;
  return (
    <section>
      <Title order={3} size="h6" mb={4}>{title}</Title>
      <p className="source-text">{text}</p>
    </section>
  );
}

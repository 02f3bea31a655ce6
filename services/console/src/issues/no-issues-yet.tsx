/** Nothing has arrived yet: how the first issue comes in. */
import { Paper, Stack, Text, Title } from '@mantine/core';

import { Command } from '../parts/copyable.js';

export function NoIssuesYet() {
  const here = window.location.origin;
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} size="h4">No issues yet</Title>
        <Text>Send a scanner’s report (SARIF or OCSF) or an event; the list fills by itself. With a bearer token or an API key in TOKEN:</Text>
        <Command>{`curl -X POST '${here}/v1/scans?application=my-app' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' --data-binary @report.sarif`}</Command>
        <Text>Or one single issue:</Text>
        <Command>{singleIssue(here)}</Command>
      </Stack>
    </Paper>
  );
}

function singleIssue(here: string): string {
  const event = {
    specversion: '1.0',
    id: '1',
    source: '/my-service',
    type: 'issue.reported.v1',
    data: { title: 'SQL injection in OrderRepository', severity: 'critical', application: 'my-app', fingerprint: 'first-try' },
  };
  return `curl -X POST '${here}/v1/events' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/cloudevents+json' -d '${JSON.stringify(event)}'`;
}

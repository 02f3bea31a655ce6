/** How far a scan is, and at its end what it changed. */
import { List, Progress, Stack, Text } from '@mantine/core';

import type { Scan } from '@tocsin/contracts';

import { ApiProblem, type ProblemAnswer } from '../api/client.js';
import { hasEnded, useScan } from '../api/scans.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';

export function ScanProgress({ scanId }: { scanId: string }) {
  const query = useScan(scanId);
  const { data: scan } = query;
  const failure = useFailure(query);
  if (failure) return <ProblemAlert {...failure} />;
  const { done, total } = scan?.progress ?? { done: 0, total: 0 };
  return (
    <Stack gap="xs">
      {!(scan && hasEnded(scan)) && <Progress value={total === 0 ? 0 : (100 * done) / total} aria-label="Progress of the import" />}
      <div role="status">{scan && (hasEnded(scan) ? <Ended scan={scan} /> : <Text size="sm">{`${done.toLocaleString('en')} of ${total.toLocaleString('en')} results`}</Text>)}</div>
    </Stack>
  );
}

function Ended({ scan: { state, counts, baseline, dropped, tool, problem } }: { scan: Scan }) {
  if (state === 'refused' && problem) return <ProblemAlert error={new ApiProblem(problem as ProblemAnswer)} />;
  if (state !== 'done') return <Notice color="red">{state === 'cancelled' ? 'The import was cancelled.' : 'The report was refused; nothing of it was taken.'}</Notice>;
  const said = (Object.entries(counts) as [string, number][]).filter(([, count]) => count > 0).map(([change, count]) => `${count.toLocaleString('en')} ${change}`);
  return (
    <Notice color="green" title={tool === undefined ? 'Imported' : `Imported from ${tool}`}>
      <Text size="sm">{said.length === 0 ? 'Nothing has changed.' : `${said.join(', ')}.`}{baseline && ' This first scan is the baseline.'}</Text>
      {dropped.length > 0 && <List size="sm">{dropped.map(({ reason, count }) => <List.Item key={reason}>{`${count.toLocaleString('en')} left out: ${reason}`}</List.Item>)}</List>}
    </Notice>
  );
}

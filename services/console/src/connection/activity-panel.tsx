/** Activity: what happened to the connection, by whom, newest first. */
import { Skeleton, Stack, Text } from '@mantine/core';

import type { AuditEntry, Connection } from '@tocsin/contracts';

import { useActivity } from '../api/activity.js';
import { NeedsPermission } from '../parts/needs-permission.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { activityWords, actorWords } from './activity-words.js';

export function ActivityPanel({ connection: { id } }: { connection: Connection }) {
  const mayRead = useCan('audit:read');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useActivity(id, { enabled: mayRead });
  if (!mayRead) return <NeedsPermission permission="audit:read" to="see what happened to the connection" />;
  const entries = data?.pages.flatMap(({ items }) => items);
  return (
    <Stack maw={760}>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!entries && !error && <Skeleton height={160} />}
      {entries?.length === 0 && <Text c="dimmed">Nothing yet.</Text>}
      {entries && entries.length > 0 && <ol className="timeline" aria-label="Activity">{entries.map((entry) => <Line key={`${entry.service} ${entry.id}`} entry={entry} />)}</ol>}
      {hasNextPage && <div><WorkButton size="xs" variant="default" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show earlier</WorkButton></div>}
    </Stack>
  );
}

function Line({ entry: { at, actor, ...told } }: { entry: AuditEntry }) {
  const { what, detail, tone } = activityWords(told);
  const time = new Date(at);
  return (
    <li data-tone={tone}>
      <Text span size="sm" fw={600}>{what}</Text>
      <Text span size="sm" c="dimmed">{` by ${actorWords(actor)}, `}<time dateTime={at} title={time.toLocaleString()}>{time.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}</time></Text>
      {detail !== '' && <Text size="sm">{detail}</Text>}
    </li>
  );
}

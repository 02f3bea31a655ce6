/** Channels & people: how much of the workspace the picker knows, how old that is and why, and reading it anew. */
import { Group, Paper, Progress, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';

import type { Connection, DirectoryProgress, DirectoryStatus } from '@tocsin/contracts';

import { useRefreshDirectories } from '../api/destinations.js';
import { useDirectory } from '../api/directory.js';
import { listWords, percentOf, resumeWords, stateWords } from '../destinations/directory-words.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { TimeAgo } from '../parts/time-ago.js';
import { WorkButton } from '../parts/work-button.js';

export function DirectoryPanel({ connection: { id } }: { connection: Connection }) {
  const { data: status, error, refetch } = useDirectory(id);
  const refresh = useRefreshDirectories([id]);
  const isReading = status?.state === 'syncing';
  return (
    <Stack maw={760}>
      <Text size="sm">Wherever a channel or a person is picked, Tocsin searches its own copy of this workspace. It reads the copy in the background, as fast as Slack allows; what it lacks is looked up when an exact id or e-mail address is typed.</Text>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!status && !error && <Skeleton height={120} />}
      {status && <Status status={status} />}
      <Group>
        <WorkButton variant="default" busy={refresh.isPending || isReading} onClick={() => { refresh.mutate(); }}>{isReading ? 'Being refreshed' : 'Refresh now'}</WorkButton>
      </Group>
      {refresh.error && <ProblemAlert error={refresh.error} />}
    </Stack>
  );
}

function Status({ status }: { status: DirectoryStatus }) {
  const { state, channels, people, reason } = status;
  const resume = resumeWords(status);
  return (
    <>
      <Text size="sm" fw={600} role="status">{stateWords(state, channels.complete && people.complete)}</Text>
      {reason !== undefined && (
        <Notice color={state === 'failed' ? 'red' : 'orange'}>
          <Text size="sm">{reason}</Text>
          {resume !== undefined && <Text size="sm">{resume}</Text>}
        </Notice>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Part name="Channels" progress={channels} state={state} />
        <Part name="People" progress={people} state={state} />
      </SimpleGrid>
    </>
  );
}

function Part({ name, progress, state }: { name: string; progress: DirectoryProgress; state: DirectoryStatus['state'] }) {
  const percent = percentOf(progress);
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Text size="sm" c="dimmed">{name}</Text>
      <Text fw={600} mb={6}>{listWords(progress, name.toLowerCase(), state)}</Text>
      {percent !== undefined && <Progress value={percent} aria-label={`${name} that were read`} color={percent === 100 ? 'green' : 'indigo'} animated={state === 'syncing' && percent < 100} />}
      <Text size="xs" c="dimmed" mt={6}>{progress.syncedAt === undefined ? 'Not all were read yet' : <>{'All were read '}<TimeAgo at={progress.syncedAt} spoken /></>}</Text>
    </Paper>
  );
}

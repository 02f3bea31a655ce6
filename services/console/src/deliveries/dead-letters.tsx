/** The dead letters that have been fetched, in groups; each letter, and all of a group, can be replayed or deleted. */
import { Group, Loader, Skeleton, Text } from '@mantine/core';

import { useDeadLetters, useLetterAction, type LetterAction, type LetterRun } from '../api/dead-letters.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { useFailure } from '../parts/use-failure.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { groupsOf } from './dead-letter-groups.js';
import { counted } from './delivery-words.js';
import { LetterGroupCard } from './letter-group.js';

export function DeadLetters() {
  const byHand = useCan('operations:read');
  const query = useDeadLetters({ byHand });
  const { data, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  const failure = useFailure(query);
  const { run, done } = useLetterAction();
  const letters = data?.pages.flatMap(({ items }) => items);
  const unavailable = [...new Set(data?.pages.flatMap((page) => page.unavailable ?? []))];
  const begin = (next: LetterRun): void => { if (!run.isPending) run.mutate(next); };
  return (
    <>
      {byHand && (
        <Group gap="sm">
          <WorkButton size="xs" variant="default" busy={isFetching} onClick={() => void refetch()}>Refresh</WorkButton>
          <Text size="sm" c="dimmed">Each look of an operator is recorded in the audit log, so the list stays as it is until you ask.</Text>
        </Group>
      )}
      {failure && <ProblemAlert {...failure} />}
      {!letters && !failure && <Skeleton height={80} />}
      {unavailable.length > 0 && <Notice color="orange" role="status">{`Not asked, as it is away at this moment: ${unavailable.join(', ')}.`}</Notice>}
      {run.isPending && <Progress run={run.variables} done={done} />}
      <div role="status">
        {run.isSuccess && <Notice color="green" title={END_WORDS[run.variables.action].title(done)} onClose={run.reset}>{END_WORDS[run.variables.action].next}</Notice>}
      </div>
      {run.error && <ProblemAlert error={run.error} />}
      {run.isError && <Text size="sm">{`Before that: ${END_WORDS[run.variables.action].title(done)}.`}</Text>}
      {letters?.length === 0 && <Text>There are none.</Text>}
      {letters && groupsOf(letters).map((group) => <LetterGroupCard key={group.key} group={group} areMore={hasNextPage} running={run.isPending ? run.variables : undefined} onRun={begin} />)}
      {hasNextPage && <Group justify="center"><WorkButton variant="default" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</WorkButton></Group>}
    </>
  );
}

/** How many there will be is not known before the last has come. */
function Progress({ run: { action }, done }: { run: LetterRun; done: number }) {
  return <Group gap="sm"><Loader size="sm" /><Text size="sm">{`${END_WORDS[action].title(done)} so far`}</Text></Group>;
}

const END_WORDS: Record<LetterAction, { title: (count: number) => string; next: string }> = {
  replay: { title: (count) => `${counted(count, 'letter')} put back in line`, next: 'What fails again comes back here.' },
  delete: { title: (count) => `${counted(count, 'letter')} deleted`, next: 'What was deleted and by whom stands in the audit log.' },
};

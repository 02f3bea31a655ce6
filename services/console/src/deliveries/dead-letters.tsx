/** The dead letters that have been fetched, in groups; a group and each letter can be replayed or deleted. */
import { Button, Code, Group, Paper, Progress, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';

import { useDeadLetters, useLetterAction, type DeadLetter, type LetterAction, type LetterRun } from '../api/dead-letters.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { TimeAgo } from '../parts/time-ago.js';
import { groupsOf, type LetterGroup } from './dead-letter-groups.js';
import { DeleteLettersDialog } from './delete-letters-dialog.js';
import { counted, letterReason } from './delivery-words.js';

/** As many letters of a group are shown at first. */
const FIRST = 3;

export function DeadLetters() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useDeadLetters();
  const { run, done } = useLetterAction();
  const letters = data?.pages.flatMap(({ items }) => items);
  const unavailable = [...new Set(data?.pages.flatMap((page) => page.unavailable ?? []))];
  return (
    <>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!letters && !error && <Skeleton height={80} />}
      {unavailable.length > 0 && <Notice color="orange" role="status">{`Not asked, as it is away at this moment: ${unavailable.join(', ')}.`}</Notice>}
      <div role="status">
        {run.isPending && <Progress value={(100 * done) / run.variables.ids.length} aria-label="Progress" />}
        {run.isSuccess && <Notice color="green" title={END_WORDS[run.variables.action].title(done)} onClose={run.reset}>{END_WORDS[run.variables.action].next}</Notice>}
      </div>
      {run.error && <ProblemAlert error={run.error} />}
      {letters?.length === 0 && <Text>There are none.</Text>}
      {letters && groupsOf(letters).map((group) => <LetterGroupCard key={group.key} group={group} isBusy={run.isPending} onRun={(next) => { if (!run.isPending) run.mutate(next); }} />)}
      {hasNextPage && <Group justify="center"><Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</Button></Group>}
    </>
  );
}

const END_WORDS: Record<LetterAction, { title: (count: number) => string; next: string }> = {
  replay: { title: (count) => `${counted(count, 'letter')} put back in line`, next: 'What fails again comes back here.' },
  delete: { title: (count) => `${counted(count, 'letter')} deleted`, next: 'What was deleted and by whom stands in the audit log.' },
};

interface LetterGroupCardProps {
  group: LetterGroup;
  isBusy: boolean;
  onRun: (run: LetterRun) => void;
}

function LetterGroupCard({ group: { queue, reason, letters }, isBusy, onRun }: LetterGroupCardProps) {
  const [all, setAll] = useState(false);
  const [deleting, setDeleting] = useState<readonly string[]>();
  const ids = letters.map(({ id }) => id);
  return (
    <Paper withBorder p="md" component="article" aria-label={`${counted(letters.length, 'dead letter')}: ${letterReason(reason)}, in ${queue}`}>
      <Stack gap="sm">
        <div>
          <Title order={3} size="h6">{`${counted(letters.length, 'letter')}: ${letterReason(reason)}`}</Title>
          <Text size="sm" c="dimmed">in <Code>{queue}</Code></Text>
        </div>
        <Group gap="sm">
          <Button size="xs" disabled={isBusy} onClick={() => { onRun({ action: 'replay', ids }); }}>Replay all</Button>
          <Button size="xs" variant="default" disabled={isBusy} onClick={() => { setDeleting(ids); }}>Delete all</Button>
        </Group>
        {letters.slice(0, all ? undefined : FIRST).map((letter) => (
          <Letter key={letter.id} letter={letter} disabled={isBusy} onReplay={() => { onRun({ action: 'replay', ids: [letter.id] }); }} onDelete={() => { setDeleting([letter.id]); }} />
        ))}
        {letters.length > FIRST && <div><Button size="xs" variant="subtle" onClick={() => { setAll(!all); }}>{all ? 'Show fewer' : `Show all ${letters.length}`}</Button></div>}
      </Stack>
      {deleting && <DeleteLettersDialog count={deleting.length} onDelete={() => { onRun({ action: 'delete', ids: deleting }); }} onClose={() => { setDeleting(undefined); }} />}
    </Paper>
  );
}

interface LetterProps {
  letter: DeadLetter;
  disabled: boolean;
  onReplay: () => void;
  onDelete: () => void;
}

function Letter({ letter: { id, type, service, error, preview, receivedAt, attempts }, disabled, onReplay, onDelete }: LetterProps) {
  return (
    <div className="letter">
      <Group gap="sm" justify="space-between">
        <Text size="sm" c="dimmed"><Code>{type}</Code>{` to ${service}, ${counted(attempts, 'attempt')}, `}<TimeAgo at={receivedAt} /></Text>
        <Group gap="xs">
          <Button size="compact-sm" variant="subtle" disabled={disabled} onClick={onReplay} aria-label={`Replay ${id}`}>Replay</Button>
          <Button size="compact-sm" variant="subtle" disabled={disabled} onClick={onDelete} aria-label={`Delete ${id}`}>Delete</Button>
        </Group>
      </Group>
      <Text size="sm">{error}</Text>
      {preview !== undefined && <Code block className="command" tabIndex={0}>{preview}</Code>}
    </div>
  );
}

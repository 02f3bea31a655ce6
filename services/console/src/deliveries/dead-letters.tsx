/** The dead letters that have been fetched, in groups; a group and each letter can be replayed or deleted. */
import { Button, Code, Group, Paper, Progress, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';

import { useDeadLetters, useLetterAction, type DeadLetter, type LetterRun } from '../api/dead-letters.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { TimeAgo } from '../parts/time-ago.js';
import { groupsOf, type LetterGroup } from './dead-letter-groups.js';
import { DeleteLettersDialog } from './delete-letters-dialog.js';
import { counted } from './delivery-words.js';

/** As many letters of a group are shown at first. */
const FIRST = 3;

export function DeadLetters({ mayAct }: { mayAct: boolean }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useDeadLetters();
  const letters = data?.pages.flatMap(({ items }) => items);
  const unavailable = [...new Set(data?.pages.flatMap((page) => page.unavailable ?? []))];
  return (
    <>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!letters && !error && <Skeleton height={80} />}
      {unavailable.length > 0 && <Notice color="orange" role="status">{`Not asked, as it is away at this moment: ${unavailable.join(', ')}.`}</Notice>}
      {letters?.length === 0 && <Text>There are none.</Text>}
      {letters && groupsOf(letters).map((group) => <LetterGroupCard key={group.key} group={group} mayAct={mayAct} />)}
      {hasNextPage && <Group justify="center"><Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</Button></Group>}
    </>
  );
}

function LetterGroupCard({ group: { queue, reason, letters }, mayAct }: { group: LetterGroup; mayAct: boolean }) {
  const [all, setAll] = useState(false);
  const [deleting, setDeleting] = useState<readonly string[]>();
  const { run, done } = useLetterAction();
  const start = (letterRun: LetterRun): void => { if (!run.isPending) run.mutate(letterRun); };
  const ids = letters.map(({ id }) => id);
  return (
    <Paper withBorder p="md" component="article" aria-label={`${counted(letters.length, 'dead letter')}: ${reason}, in ${queue}`}>
      <Stack gap="sm">
        <div>
          <Title order={3} size="h6">{`${counted(letters.length, 'letter')}: ${reason}`}</Title>
          <Text size="sm" c="dimmed">in <Code>{queue}</Code></Text>
        </div>
        <Group gap="sm">
          <Button size="xs" disabled={!mayAct || run.isPending} onClick={() => { start({ action: 'replay', ids }); }}>Replay all</Button>
          <Button size="xs" variant="default" disabled={!mayAct || run.isPending} onClick={() => { setDeleting(ids); }}>Delete all</Button>
          {!mayAct && <Text size="sm" c="dimmed">Needs the permission deliveries:replay</Text>}
        </Group>
        {run.isPending && <Progress value={(100 * done) / run.variables.ids.length} aria-label="Progress" />}
        {run.error && <ProblemAlert error={run.error} />}
        {letters.slice(0, all ? undefined : FIRST).map((letter) => (
          <Letter key={letter.id} letter={letter} disabled={!mayAct || run.isPending} onReplay={() => { start({ action: 'replay', ids: [letter.id] }); }} onDelete={() => { setDeleting([letter.id]); }} />
        ))}
        {letters.length > FIRST && <div><Button size="xs" variant="subtle" onClick={() => { setAll(!all); }}>{all ? 'Show fewer' : `Show all ${letters.length}`}</Button></div>}
      </Stack>
      {deleting && <DeleteLettersDialog count={deleting.length} onDelete={() => { start({ action: 'delete', ids: deleting }); }} onClose={() => { setDeleting(undefined); }} />}
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

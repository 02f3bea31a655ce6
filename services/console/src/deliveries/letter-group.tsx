/** Dead letters of one queue that died for one reason: the newest of them, and what can be done with one or with all. */
import { Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';

import type { LetterAction, LetterRun } from '../api/dead-letters.js';
import type { DeadLetter, Letters } from '../api/letter-run.js';
import { TimeAgo } from '../parts/time-ago.js';
import { WorkButton } from '../parts/work-button.js';
import { keyOf, type LetterGroup } from './dead-letter-groups.js';
import { DeleteLettersDialog } from './delete-letters-dialog.js';
import { counted, letterReason } from './delivery-words.js';

/** As many letters of a group are shown at first. */
const FIRST = 3;

interface LetterGroupCardProps {
  group: LetterGroup;
  /** Not all letters were fetched, so the group may hold more. */
  areMore: boolean;
  running: LetterRun | undefined;
  onRun: (run: LetterRun) => void;
}

export function LetterGroupCard({ group: { queue, reason, letters }, areMore, running, onRun }: LetterGroupCardProps) {
  const [all, setAll] = useState(false);
  const [deleting, setDeleting] = useState<Letters>();
  const name = (noun: string): string => `${counted(letters.length, noun)}${areMore ? ' or more' : ''}`;
  const buttons = (meant: Letters) => ({ meant, running, onReplay: () => { onRun({ action: 'replay', letters: meant }); }, onDelete: () => { setDeleting(meant); } });
  return (
    <Paper withBorder p="md" component="article" aria-label={`${name('dead letter')}: ${letterReason(reason)}, in ${queue}`}>
      <Stack gap="sm">
        <div>
          <Title order={3} size="h6">{`${name('letter')}: ${letterReason(reason)}`}</Title>
          <Text size="sm" c="dimmed">in <Code>{queue}</Code></Text>
        </div>
        <GroupButtons {...buttons({ queue, reason })} />
        {letters.slice(0, all ? undefined : FIRST).map((letter) => <Letter key={letter.id} letter={letter} {...buttons({ id: letter.id })} />)}
        {letters.length > FIRST && <div><Button size="xs" variant="subtle" onClick={() => { setAll(!all); }}>{all ? 'Show fewer' : `Show all ${letters.length}`}</Button></div>}
      </Stack>
      {deleting && <DeleteLettersDialog what={'id' in deleting ? counted(1, 'dead letter') : name('dead letter')} onDelete={() => { onRun({ action: 'delete', letters: deleting }); }} onClose={() => { setDeleting(undefined); }} />}
    </Paper>
  );
}

interface ButtonsProps {
  meant: Letters;
  running: LetterRun | undefined;
  onReplay: () => void;
  onDelete: () => void;
}

/** What was pressed keeps the focus; the others wait for it. */
function stateOf(action: LetterAction, meant: Letters, running: LetterRun | undefined): { busy: boolean; disabled: boolean } {
  const busy = running?.action === action && keyOf(running.letters) === keyOf(meant);
  return { busy, disabled: running !== undefined && !busy };
}

function GroupButtons({ meant, running, onReplay, onDelete }: ButtonsProps) {
  return (
    <Group gap="sm">
      <WorkButton size="xs" onClick={onReplay} {...stateOf('replay', meant, running)}>Replay all</WorkButton>
      <WorkButton size="xs" variant="default" onClick={onDelete} {...stateOf('delete', meant, running)}>Delete all</WorkButton>
    </Group>
  );
}

function Letter({ letter: { id, type, service, error, preview, receivedAt, attempts }, meant, running, onReplay, onDelete }: ButtonsProps & { letter: DeadLetter }) {
  return (
    <div className="letter">
      <Group gap="sm" justify="space-between">
        <Text size="sm" c="dimmed"><Code>{type}</Code>{` to ${service}, ${counted(attempts, 'attempt')}, `}<TimeAgo at={receivedAt} /></Text>
        <Group gap="xs">
          <WorkButton size="compact-sm" variant="subtle" onClick={onReplay} aria-label={`Replay ${id}`} {...stateOf('replay', meant, running)}>Replay</WorkButton>
          <WorkButton size="compact-sm" variant="subtle" onClick={onDelete} aria-label={`Delete ${id}`} {...stateOf('delete', meant, running)}>Delete</WorkButton>
        </Group>
      </Group>
      <Text size="sm">{error}</Text>
      {preview !== undefined && <Code block className="command" tabIndex={0}>{preview}</Code>}
    </div>
  );
}

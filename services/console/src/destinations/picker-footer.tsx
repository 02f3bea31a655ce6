/** Under the list: what it cannot say itself. Nothing found and what to do, how old and how complete it is, *Refresh*. */
import { Anchor, Code, Group, Progress, Text } from '@mantine/core';
import { Link } from 'react-router';

import { useDirectory } from '../api/directory.js';
import { useRefreshDirectories, type WorkspaceAnswer } from '../api/destinations.js';
import { CopyText } from '../parts/copyable.js';
import { WorkButton } from '../parts/work-button.js';
import { inviteOf } from './destination-words.js';
import { percentOf, resumeWords, syncWords } from './directory-words.js';
import { connectionNote, copyNote, nothingFound, type Note } from './picker-words.js';
import type { Offered } from './use-offered.js';

export function PickerFooter({ search }: { search: Offered }) {
  const { answers, groups, settled } = search;
  const refresh = useRefreshDirectories(answers.map(({ connection }) => connection.id));
  return (
    <>
      {groups.length === 0 && (settled ? <Nothing search={search} /> : <Text size="sm" p="xs">Searching…</Text>)}
      <div className="picker-foot">
        <div>
          {answers.map((answer) => <OfWorkspace key={answer.connection.id} answer={answer} />)}
          {refresh.isError && <Text size="xs" className="picker-note" data-tone="warn">{`The list could not be refreshed: ${refresh.error.message}.`}</Text>}
        </div>
        <WorkButton size="compact-xs" variant="default" busy={refresh.isPending} onClick={() => { refresh.mutate(); }}>Refresh</WorkButton>
      </div>
    </>
  );
}

function Nothing({ search: { q, answers } }: { search: Offered }) {
  const searched = answers.filter(({ state }) => state === 'answered');
  if (searched.length === 0) return null; // why is said below
  const { what, next, mayBePrivate } = nothingFound(q, searched.map(({ connection }) => connection.workspace.name));
  const invites = [...new Set(searched.map(({ connection }) => inviteOf(connection.bot.name)))];
  return (
    <div className="picker-nothing">
      <Text size="sm" fw={600}>{what}</Text>
      <Text size="sm" c="dimmed">{next}</Text>
      {mayBePrivate && invites.map((invite) => (
        <Group key={invite} gap="xs" mt={6}>
          <Text size="sm">A private channel? Type <Code>{invite}</Code> in it, then refresh.</Text>
          <CopyText value={invite} label="Copy the command" />
        </Group>
      ))}
    </div>
  );
}

function OfWorkspace({ answer }: { answer: WorkspaceAnswer }) {
  const { connection, copy } = answer;
  const notes = [connectionNote(connection), copyNote(answer, new Date())].filter((note) => note !== undefined);
  return (
    <>
      {notes.map((note) => <NoteLine key={note.text} note={note} />)}
      {connection.health.state === 'revoked' && <Anchor component={Link} to="/connectors/slack" size="xs" underline="always">Open Connectors</Anchor>}
      {copy?.complete === false && <SyncProgress connectionId={connection.id} />}
    </>
  );
}

function NoteLine({ note: { tone, text } }: { note: Note }) {
  return <Text size="xs" className="picker-note" data-tone={tone}><bdi>{text}</bdi></Text>;
}

function SyncProgress({ connectionId }: { connectionId: string }) {
  const { data } = useDirectory(connectionId);
  if (!data) return null;
  const percent = percentOf(data.channels, data.people);
  return (
    <>
      <Text size="xs">{[syncWords(data), resumeWords(data)].filter((words) => words !== undefined).join(' ')}</Text>
      {percent !== undefined && <Progress value={percent} size="sm" aria-label="How much of the list is there" mt={2} />}
    </>
  );
}

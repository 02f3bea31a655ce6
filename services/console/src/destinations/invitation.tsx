/** A channel that the app cannot post to yet: how to invite it, and a look whether it is in by now. */
import { Code, Group, Stack, Text } from '@mantine/core';

import type { Connection } from '@tocsin/contracts';

import { useCheckInvited, type FoundDestination } from '../api/destinations.js';
import { CopyText } from '../parts/copyable.js';
import { Notice } from '../parts/notice.js';
import { WorkButton } from '../parts/work-button.js';
import { inviteOf, labelOf } from './destination-words.js';

interface InvitationProps {
  item: FoundDestination;
  connection: Connection;
  /** The app is in. */
  onInvited: (item: FoundDestination) => void;
}

export function Invitation({ item, connection, onInvited }: InvitationProps) {
  const check = useCheckInvited(item);
  const invite = inviteOf(connection.bot.name);
  const again = (): void => { check.mutate(undefined, { onSuccess: (now) => { if (now) onInvited(now); } }); };
  return (
    <Notice color="orange" role="status" mt="xs" title={`The app is not in ${labelOf(item)}`}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">In Slack, open the channel and type <Code>{invite}</Code>. Then come back and check again.</Text>
        <Group gap="xs">
          <CopyText value={invite} label="Copy the command" />
          <WorkButton size="xs" variant="default" busy={check.isPending} onClick={again}>Check again</WorkButton>
        </Group>
        {check.isSuccess && !check.data && <Text size="sm">Slack does not show the app there yet. After an invitation it may take a moment.</Text>}
        {check.isError && <Text size="sm">{`That could not be found out: ${check.error.message}.`}</Text>}
      </Stack>
    </Notice>
  );
}

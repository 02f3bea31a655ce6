/** What was chosen, under the field: what kind of place it is, and what to think of before sending there. */
import { Text } from '@mantine/core';

import type { Connection } from '@tocsin/contracts';

import type { FoundDestination } from '../api/destinations.js';
import { OptionRow } from './option-row.js';
import { connectionNote } from './picker-words.js';

interface ChosenProps {
  item: FoundDestination;
  connection: Connection | undefined;
  severalWorkspaces: boolean;
}

export function Chosen({ item, connection, severalWorkspaces }: ChosenProps) {
  const note = connection && connectionNote(connection);
  return (
    <div className="picker-chosen">
      <OptionRow item={item} use="post" withWorkspace={severalWorkspaces} />
      {note && <Text size="xs" className="picker-note" data-tone={note.tone}>{note.text}</Text>}
    </div>
  );
}

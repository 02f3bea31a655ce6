/** What the list of the picker cannot say itself: that it is searching, empty, partial or failed. */
import { Combobox, Text } from '@mantine/core';

import { ApiProblem } from '../api/client.js';
import type { Offered } from './use-offered.js';

export function PickerFooter({ search: { found, searching, notes, error, q } }: { search: Offered }) {
  const nothing = found.length === 0 && !searching && !error;
  return (
    <>
      {searching && found.length === 0 && <Combobox.Empty>Searching…</Combobox.Empty>}
      {nothing && <Combobox.Empty>{q === '' ? 'Type to find a channel or a person.' : `Nothing matches “${q}”.`}</Combobox.Empty>}
      {error && <Combobox.Empty>{error instanceof ApiProblem ? error.problem.detail : error.message}</Combobox.Empty>}
      <Combobox.Footer>
        {notes.map((note) => <Text key={note} size="xs">{note}</Text>)}
        <Text size="xs" c="dimmed">A private channel is missing? Invite the app there in Slack, then search again.</Text>
      </Combobox.Footer>
    </>
  );
}

/** What is selected and what can be done with it. Always there, so that the list does not jump when the first row is selected. */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';

import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { CancelManyDialog } from './cancel-many-dialog.js';
import { counted } from './delivery-words.js';
import { ALL, mayPickAll, MOST_BY_ID, totalOf, UNDER_WAY, type Picked, type Scope } from './picked.js';
import { ReplayManyDialog } from './replay-many-dialog.js';

interface SelectionProps {
  picked: Picked;
  scope: Scope;
  /** How many match, shown or not; undefined while it is not known. */
  matching: number | undefined;
  shown: readonly string[];
  onPick: (picked: Picked) => void;
}

export function Selection({ picked, scope, matching, shown, onPick }: SelectionProps) {
  const [dialog, setDialog] = useState<'replay' | 'cancel'>();
  const mayAct = useCan('deliveries:replay');
  const close = (): void => { setDialog(undefined); };
  const count = picked === ALL ? totalOf(scope) : picked.length;
  const tooMany = picked !== ALL && picked.length > MOST_BY_ID;
  const waiting = totalOf(scope, UNDER_WAY);
  return (
    <Group gap="sm" mih={36}>
      <Text size="sm" c="dimmed" aria-live="polite">{saidOf(picked, count, tooMany)}</Text>
      {/* cards have no heading to select them by */}
      {count === 0 && shown.length > 0 && <Button size="xs" variant="subtle" hiddenFrom="sm" onClick={() => { onPick(shown); }}>Select all shown</Button>}
      {matching !== undefined && mayPickAll(picked, shown.length, matching) && (
        <WorkButton size="xs" variant="subtle" onClick={() => { onPick(ALL); }}>{`Select all ${matching.toLocaleString('en')} that match`}</WorkButton>
      )}
      {count > 0 && (
        <>
          <Button size="xs" onClick={() => { setDialog('replay'); }} disabled={!mayAct || tooMany || count === waiting}>{`Replay ${count.toLocaleString('en')}`}</Button>
          <Button size="xs" variant="default" onClick={() => { setDialog('cancel'); }} disabled={!mayAct || tooMany || waiting === 0}>{waiting === 0 ? 'Cancel' : `Cancel ${waiting.toLocaleString('en')}`}</Button>
          {!mayAct && <Text size="sm" c="dimmed">Needs the permission deliveries:replay</Text>}
          <WorkButton size="xs" variant="subtle" onClick={() => { onPick([]); }}>Clear the selection</WorkButton>
        </>
      )}
      {dialog === 'replay' && <ReplayManyDialog scope={scope} onClose={close} />}
      {dialog === 'cancel' && <CancelManyDialog scope={scope} onClose={close} />}
    </Group>
  );
}

function saidOf(picked: Picked, count: number, tooMany: boolean): string {
  if (count === 0) return 'Select deliveries to replay or cancel several at once.';
  if (picked === ALL) return `All ${count.toLocaleString('en')} that match are selected`;
  return `${counted(count, 'delivery')} selected${tooMany ? `; at most ${MOST_BY_ID} rows at once` : ''}`;
}

/**
 * What is selected and what can be done with it. Always there, so that the list does not jump when the first row is
 * selected; while something is, it stays in sight however far the list goes.
 */
import { Button, Group, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';

import type { Delivery } from '@tocsin/contracts';
import { UNDER_WAY_STATES } from '@tocsin/domain';

import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';
import { CancelManyDialog } from './cancel-many-dialog.js';
import { counted } from './delivery-words.js';
import { areTooMany, CAN_BE_CANCELLED, isAll, mayPickAll, MOST_BY_ID, MOST_EXCEPT, totalOf, type Picked, type Scope } from './picked.js';
import { ReplayManyDialog } from './replay-many-dialog.js';
import { useStickyBar } from './use-sticky-bar.js';

interface SelectionProps {
  picked: Picked;
  /** Undefined while all are selected and not counted yet. */
  scope: Scope | undefined;
  /** How many match, shown or not; undefined while it is not known. */
  matching: number | undefined;
  shown: readonly Delivery[];
  onPick: (picked: Picked) => void;
  onPickAll: () => void;
  /** What is to be in sight as well. */
  aside: ReactNode;
}

export function Selection({ picked, scope, matching, shown, onPick, onPickAll, aside }: SelectionProps) {
  const [dialog, setDialog] = useState<{ to: 'replay' | 'cancel'; scope: Scope }>();
  const mayAct = useCan('deliveries:replay');
  const open = (to: 'replay' | 'cancel'): void => { if (scope) setDialog({ to, scope }); };
  const close = (): void => { setDialog(undefined); };
  const count = scope && totalOf(scope);
  const nothing = !isAll(picked) && picked.length === 0;
  const tooMany = areTooMany(picked);
  const bar = useStickyBar();
  const underWay = scope ? totalOf(scope, UNDER_WAY_STATES) : 0;
  const waiting = scope ? totalOf(scope, CAN_BE_CANCELLED) : 0;
  return (
    <Group ref={bar} gap="sm" mih={47} className="selection" data-sticky={!nothing}>
      <Text size="sm" c="dimmed" aria-live="polite">{nothing && shown.length === 0 ? '' : saidOf(picked, count)}</Text>
      {/* cards have no heading to select them by */}
      {nothing && shown.length > 0 && <Button size="xs" variant="subtle" hiddenFrom="sm" onClick={() => { onPick(shown.map(({ id }) => id)); }}>Select all shown</Button>}
      {matching !== undefined && mayPickAll(picked, shown.length, matching) && (
        <WorkButton size="xs" variant="subtle" onClick={onPickAll}>{`Select all ${matching.toLocaleString('en')} that match`}</WorkButton>
      )}
      {!nothing && (
        <>
          <Button size="xs" onClick={() => { open('replay'); }} disabled={!mayAct || tooMany || count === undefined || count === underWay}>{count === undefined ? 'Replay' : `Replay ${count.toLocaleString('en')}`}</Button>
          <Button size="xs" variant="default" onClick={() => { open('cancel'); }} disabled={!mayAct || tooMany || waiting === 0}>{waiting === 0 ? 'Cancel' : `Cancel ${waiting.toLocaleString('en')}`}</Button>
          {mayAct && underWay > 0 && count === underWay && <Text size="sm" c="dimmed">What is under way can be cancelled, not replayed</Text>}
          {!mayAct && <Text size="sm" c="dimmed">Needs the permission deliveries:replay</Text>}
          <WorkButton size="xs" variant="subtle" onClick={() => { onPick([]); }}>Clear the selection</WorkButton>
        </>
      )}
      <div className="end">{aside}</div>
      {dialog?.to === 'replay' && <ReplayManyDialog scope={dialog.scope} onClose={close} />}
      {dialog?.to === 'cancel' && <CancelManyDialog scope={dialog.scope} onClose={close} />}
    </Group>
  );
}

function saidOf(picked: Picked, count: number | undefined): string {
  if (!isAll(picked)) {
    if (picked.length === 0) return 'Select deliveries to replay or cancel several at once.';
    return `${counted(picked.length, 'delivery')} selected${areTooMany(picked) ? `; at most ${MOST_BY_ID} rows at once` : ''}`;
  }
  const but = picked.except.length === 0 ? '' : ` but ${picked.except.length}`;
  if (areTooMany(picked)) return `All that match${but} are selected; at most ${MOST_EXCEPT} can be left out`;
  if (count === undefined) return `All that match${but} are selected, and are being counted`;
  return `All that match${but} are selected: ${count.toLocaleString('en')}. What has come or changed since is left out.`;
}

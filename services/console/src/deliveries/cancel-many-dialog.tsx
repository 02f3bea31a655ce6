/** Cancelling many: only what still waits, and it says how many that were, and how many it came too late for. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { useCancelMany } from '../api/delivery-actions.js';
import { Dialog } from '../parts/dialog.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { counted } from './delivery-words.js';
import { CAN_BE_CANCELLED, totalOf, type Scope } from './picked.js';
import { useScopeNow } from './use-scope-now.js';

export function CancelManyDialog({ scope, onClose }: { scope: Scope; onClose: () => void }) {
  const [opened] = useState(scope);
  const meant = useScopeNow(opened);
  const cancel = useCancelMany();
  const [wanted, setWanted] = useState(0);
  const waiting = totalOf(meant, CAN_BE_CANCELLED);
  const { posting = 0 } = meant.byState;
  return (
    <Dialog onClose={onClose} title="Cancel what waits">
      <Stack>
        <div role="status">
          {cancel.data
            ? <Cancelled count={cancel.data.cancelled} wanted={wanted} />
            : <Text size="sm">{waiting === 0 ? 'None of them waits any more.' : `${counted(waiting, 'delivery')} will not be sent. ${posting === 0 ? 'What Slack has by then' : `${counted(posting, 'delivery')} with Slack at this moment`} cannot be stopped any more.`}</Text>}
        </div>
        {cancel.error && <ProblemAlert error={cancel.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>{cancel.data ? 'DONE' : 'KEEP THEM'}</Button>
          {!cancel.data && <WorkButton color="red" disabled={waiting === 0 && !cancel.isPending} busy={cancel.isPending} onClick={() => { setWanted(waiting); cancel.mutate(meant.filter); }}>CANCEL THEM</WorkButton>}
        </Group>
      </Stack>
    </Dialog>
  );
}

function Cancelled({ count, wanted }: { count: number; wanted: number }) {
  const left = wanted - count;
  return (
    <Notice color="green" title={`${counted(count, 'delivery')} cancelled`}>
      {count > 0 && <Text size="sm">{count === 1 ? 'It is suppressed now, and can be replayed.' : 'They are suppressed now, and can be replayed.'}</Text>}
      {left > 0 && <Text size="sm">{`${left.toLocaleString('en')} could not be cancelled: with Slack meanwhile, by themselves or in a digest.`}</Text>}
    </Notice>
  );
}

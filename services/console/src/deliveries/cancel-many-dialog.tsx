/** Cancelling many: only what still waits, and it says how many that were. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { UNDER_WAY_STATES } from '@tocsin/domain';

import { useCancelMany } from '../api/delivery-actions.js';
import { Dialog } from '../parts/dialog.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { counted } from './delivery-words.js';
import { totalOf, type Scope } from './picked.js';
import { useScopeNow } from './use-scope-now.js';

export function CancelManyDialog({ scope, onClose }: { scope: Scope; onClose: () => void }) {
  const [opened] = useState(scope);
  const meant = useScopeNow(opened);
  const cancel = useCancelMany();
  return (
    <Dialog onClose={onClose} title="Cancel what waits">
      <Stack>
        <div role="status">
          {cancel.data
            ? <Notice color="green" title={`${counted(cancel.data.cancelled, 'delivery')} cancelled`}><Text size="sm">They are suppressed now, and can be replayed.</Text></Notice>
            : <Text size="sm">{`${counted(totalOf(meant, UNDER_WAY_STATES), 'delivery')} will not be sent. What is with Slack at this moment cannot be stopped any more.`}</Text>}
        </div>
        {cancel.error && <ProblemAlert error={cancel.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>{cancel.data ? 'DONE' : 'KEEP THEM'}</Button>
          {!cancel.data && <WorkButton color="red" busy={cancel.isPending} onClick={() => { cancel.mutate(meant.filter); }}>CANCEL THEM</WorkButton>}
        </Group>
      </Stack>
    </Dialog>
  );
}

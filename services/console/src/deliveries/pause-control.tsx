/** The stop button: nothing more is sent, of everything or of one workflow, until somebody resumes it. */
import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { usePauseAction, usePauses } from '../api/pauses.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { useCan } from '../session/session.js';

export function PauseControl() {
  const mayPause = useCan('deliveries:replay');
  const [opened, setOpened] = useState(false);
  return (
    <Group gap="sm">
      {!mayPause && <Text size="sm" c="dimmed">Needs the permission deliveries:replay</Text>}
      <Button variant="default" disabled={!mayPause} onClick={() => { setOpened(true); }}>Pause sending</Button>
      {opened && <PauseDialog onClose={() => { setOpened(false); }} />}
    </Group>
  );
}

function PauseDialog({ onClose }: { onClose: () => void }) {
  const { data: pauses = [] } = usePauses();
  const everything = pauses.some(({ workflowId }) => workflowId === undefined);
  const [what, setWhat] = useState(everything ? 'workflow' : 'everything');
  const [workflow, setWorkflow] = useState('');
  const pause = usePauseAction();
  const workflowId = workflow.trim();
  const ready = what === 'everything' ? !everything : workflowId !== '';
  const submit = (): void => { if (ready && !pause.isPending) pause.mutate({ kind: 'pause', ...(what === 'workflow' && { workflowId }) }, { onSuccess: onClose }); };
  return (
    <Dialog onClose={onClose} title="Pause sending">
      <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Stack>
          <Text size="sm">What waits and what still comes is held, and goes out when it is resumed. No time to live runs out meanwhile.</Text>
          <Radio.Group label="What" value={what} onChange={setWhat}>
            <Stack gap="xs" mt={4}>
              <Radio value="everything" label="Everything of the organization" disabled={everything} {...(everything && { description: 'It is paused already.' })} data-autofocus />
              <Radio value="workflow" label="One workflow" />
            </Stack>
          </Radio.Group>
          {what === 'workflow' && <TextInput label="Workflow" placeholder="Its id, as Deliveries shows it" value={workflow} onChange={(event) => { setWorkflow(event.currentTarget.value); }} />}
          {pause.error && <ProblemAlert error={pause.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>CANCEL</Button>
            <WorkButton type="submit" color="red" disabled={!ready} busy={pause.isPending}>PAUSE</WorkButton>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

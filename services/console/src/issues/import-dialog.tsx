/** A scanner's report from a file: which application it is of, then how far it is and what it brought. */
import { Button, FileInput, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { useImportReport } from '../api/scans.js';
import { Dialog } from '../parts/dialog.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { WorkButton } from '../parts/work-button.js';
import { ScanProgress } from './scan-progress.js';

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [application, setApplication] = useState('');
  const send = useImportReport();
  const ready = file !== null && application.trim() !== '';
  const submit = (): void => { if (ready && !send.isPending) send.mutate({ file, application: application.trim() }); };
  return (
    <Dialog onClose={onClose} title="Import a report">
      {send.data
        ? <Stack><ScanProgress scanId={send.data.scanId} /><Group justify="flex-end"><Button variant="default" onClick={onClose}>DONE</Button></Group></Stack>
        : (
            <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
              <Stack>
                <Text size="sm">SARIF 2.1.0 (plain or gzip) or OCSF findings. What can be read is taken whole, or refused with the place.</Text>
                <TextInput label="Application" value={application} onChange={(event) => { setApplication(event.currentTarget.value); }} data-autofocus />
                <FileInput label="Report" placeholder="Choose a file" value={file} onChange={(chosen) => { setFile(chosen); send.reset(); }} accept=".sarif,.json,.ndjson,.jsonl,.gz" clearable clearButtonProps={{ 'aria-label': 'Clear the choice' }} />
                {send.error && <ProblemAlert error={send.error} />}
                <Group justify="flex-end">
                  <Button variant="default" onClick={onClose}>CANCEL</Button>
                  <WorkButton type="submit" disabled={!ready} busy={send.isPending}>IMPORT</WorkButton>
                </Group>
              </Stack>
            </form>
          )}
    </Dialog>
  );
}

/** Text to take along: a command, a manifest, a link. */
import { Button, Code, Stack } from '@mantine/core';

import { useCopy } from './use-copy.js';

export function CopyText({ value, label }: { value: string; label: string }) {
  const { copy, said } = useCopy(value, label);
  return <Button size="xs" variant="default" onClick={copy}><span aria-live="polite">{said}</span></Button>;
}

export function Command({ children }: { children: string }) {
  return (
    <Stack gap="xs" align="flex-start" maw="100%">
      <Code block className="command" tabIndex={0}>{children}</Code>
      <CopyText value={children} label="Copy the command" />
    </Stack>
  );
}

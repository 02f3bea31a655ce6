/** Text to take along: a command, a manifest. */
import { Button, Code, CopyButton, Stack } from '@mantine/core';

export function CopyText({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => <Button size="xs" variant="default" onClick={copy}><span aria-live="polite">{copied ? 'Copied' : label}</span></Button>}
    </CopyButton>
  );
}

export function Command({ children }: { children: string }) {
  return (
    <Stack gap="xs" align="flex-start" maw="100%">
      <Code block className="command" tabIndex={0}>{children}</Code>
      <CopyText value={children} label="Copy the command" />
    </Stack>
  );
}

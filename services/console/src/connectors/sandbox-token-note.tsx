/** The sandbox's own token, to try things out with. */
import { Button, Code, Text } from '@mantine/core';

import type { TokenCredentials } from '../api/connections.js';
import { SandboxNote } from './sandbox-note.js';

const TO_TRY: TokenCredentials = { hostUrl: 'https://acme.slack.com', token: 'xoxb-sandbox-acme' };

export function SandboxTokenNote({ onUse, disabled }: { onUse: (credentials: TokenCredentials) => void; disabled: boolean }) {
  return (
    <SandboxNote>
      <Text size="sm">{'Only the sandbox’s tokens work here; try '}<Code>{TO_TRY.token}</Code>{' with '}<Code>{TO_TRY.hostUrl}</Code>. Any other token is refused before it is sent anywhere.</Text>
      <Button size="xs" variant="default" mt="xs" onClick={() => { onUse(TO_TRY); }} disabled={disabled}>Fill in the sandbox’s credentials</Button>
    </SandboxNote>
  );
}

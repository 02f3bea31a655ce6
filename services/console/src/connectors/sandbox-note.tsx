/** Says that messages go to the Slack sandbox, and how to try it. */
import { Button, Code, Text } from '@mantine/core';

import { Notice } from '../parts/notice.js';
import type { TokenCredentials } from '../api/connections.js';

const TO_TRY: TokenCredentials = { hostUrl: 'https://acme.slack.com', token: 'xoxb-sandbox-acme' };

export function SandboxNote({ onUse, disabled }: { onUse: (credentials: TokenCredentials) => void; disabled: boolean }) {
  return (
    <Notice color="indigo" title="Connected to the Slack sandbox, not to Slack">
      <Text size="sm">
        {'Only the sandbox’s tokens work here; try '}<Code>{TO_TRY.token}</Code>{' with '}<Code>{TO_TRY.hostUrl}</Code>
        {'. Any other token is refused before it is sent anywhere. To use your own workspace, start Tocsin with '}<Code>SLACK_BASE_URL=https://slack.com</Code>.
      </Text>
      <Button size="xs" variant="default" mt="sm" onClick={() => { onUse(TO_TRY); }} disabled={disabled}>Fill in the sandbox’s credentials</Button>
    </Notice>
  );
}

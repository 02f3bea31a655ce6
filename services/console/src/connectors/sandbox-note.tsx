/** Says that messages go to the Slack sandbox, and how to use a workspace of one's own instead. */
import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { Notice } from '../parts/notice.js';

/** @param children what that means in this place */
export function SandboxNote({ children }: { children: ReactNode }) {
  return (
    <Notice color="indigo" title="Connected to the Slack sandbox, not to Slack">
      <Text component="div" size="sm">{children}</Text>
      <Text size="sm" mt="xs">{'To use your own workspace, start Tocsin with '}<Code>SLACK_BASE_URL=https://slack.com</Code>.</Text>
    </Notice>
  );
}

/** What has to be there before a workspace can be connected in this way. */
import { List, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Prerequisites({ children }: { children: ReactNode }) {
  return (
    <section aria-label="Prerequisites">
      <Text size="sm" fw={600} mb={4}>You need</Text>
      <List size="sm" spacing={2}>{children}</List>
    </section>
  );
}

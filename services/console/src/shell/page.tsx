/** The frame of every page: its heading, its title in the tab, and room for what belongs beside the heading. */
import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface PageProps {
  title: string;
  /** Where the page stands, above its heading. */
  path?: ReactNode;
  aside?: ReactNode;
  /** Of the tab, when it differs from the heading. */
  tabTitle?: string;
  children: ReactNode;
}

export function Page({ title, path, aside, tabTitle = title, children }: PageProps) {
  return (
    <Stack gap="lg">
      <title>{`${tabTitle} · Tocsin`}</title>
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          {path !== undefined && <Text size="sm" c="dimmed" component="div">{path}</Text>}
          <Title order={1} size="h2">{title}</Title>
        </div>
        {aside}
      </Group>
      {children}
    </Stack>
  );
}

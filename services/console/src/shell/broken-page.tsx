/** A page that could not be drawn or loaded: says so and offers to load it again. */
import { Button, Container, Stack, Text, Title } from '@mantine/core';
import { useRouteError } from 'react-router';

export function BrokenPage() {
  const error = useRouteError();
  return (
    <Container size="xs" py="xl" component="main">
      <Stack role="alert">
        <Title order={1} size="h3">This page could not be shown</Title>
        <Text>Loading it again helps when Tocsin was updated meanwhile. If it does not, this is a defect: report what is written below.</Text>
        <Text ff="monospace" size="sm">{error instanceof Error ? error.message : String(error)}</Text>
        <div>
          <Button onClick={() => { window.location.reload(); }}>Load again</Button>
        </div>
      </Stack>
    </Container>
  );
}

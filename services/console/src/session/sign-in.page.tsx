/** Sign in: with the development issuer by saying who one is, else with a token of the organization's identity provider. */
import { Container, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { Navigate, useSearchParams } from 'react-router';

import { useEnvironment } from '../api/environment.js';
import { Notice } from '../parts/notice.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { DevelopmentSignIn } from './development-sign-in.js';
import { session, useClaims } from './session.js';
import { TokenSignIn } from './token-sign-in.js';

export function SignInPage() {
  const claims = useClaims();
  const [search] = useSearchParams();
  const { data: environment, error, refetch } = useEnvironment();
  if (claims) return <Navigate to={placeOf(search.get('to'))} replace />;
  return (
    <Container size={460} py={{ base: 'md', sm: 80 }} component="main">
      <title>Sign in · Tocsin</title>
      <Stack>
        <Stack gap={4} align="center">
          <img src="/icon.svg" alt="" width={48} height={48} />
          <Title order={1} size="h2">Sign in to Tocsin</Title>
          <Text c="dimmed" ta="center">Brings security issues to the people who must act on them.</Text>
        </Stack>
        {session.wasRefused() && <Notice color="orange" role="status" title="Your session has ended">The token has expired or is not accepted. Sign in again to go on where you were.</Notice>}
        <Paper withBorder p="lg" shadow="sm">
          {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
          {!error && !environment && <Loader aria-label="Loading" />}
          {environment && (environment.developmentIssuer ? <DevelopmentSignIn /> : <TokenSignIn issuer={environment.issuer} />)}
        </Paper>
      </Stack>
    </Container>
  );
}

/** Only a place of ours: an address that leads elsewhere is not followed. */
function placeOf(to: string | null): string {
  return to !== null && /^\/(?![/\\])/.test(to) ? to : '/issues';
}

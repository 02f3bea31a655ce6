/** Without the development issuer: a bearer token of the identity provider, pasted. */
import { Button, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { session } from './session.js';

export function TokenSignIn({ issuer }: { issuer: string | undefined }) {
  const [token, setToken] = useState('');
  const [refused, setRefused] = useState(false);
  return (
    <form onSubmit={(event) => { event.preventDefault(); setRefused(!session.begin(token)); }}>
      <Stack>
        <Text size="sm" c="dimmed">
          {issuer === undefined ? 'Paste a bearer token of your identity provider.' : `Paste a bearer token that ${issuer} has signed.`} It stays in this tab and is gone when you close it.
        </Text>
        <Textarea
          label="Bearer token"
          value={token}
          onChange={(event) => { setToken(event.currentTarget.value); setRefused(false); }}
          error={refused && 'This is not a bearer token: it has no readable claims. Paste the whole token, without “Bearer”.'}
          autosize
          minRows={3}
          maxRows={8}
          spellCheck={false}
          autoComplete="off"
        />
        <Button type="submit" disabled={token.trim() === ''} fullWidth>SIGN IN</Button>
      </Stack>
    </form>
  );
}

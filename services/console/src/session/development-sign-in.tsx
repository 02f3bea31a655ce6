/** The development issuer gives a token to whoever asks: who, of which organization, in which roles. */
import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { ROLES } from '@tocsin/domain';

import { call } from '../api/client.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { session } from './session.js';

export function DevelopmentSignIn() {
  const [user, setUser] = useState('noa@acme.test');
  const [organization, setOrganization] = useState('acme');
  const [roles, setRoles] = useState<string[]>(['admin']);
  const signIn = useMutation({
    mutationFn: async () => {
      const { token } = await call<{ token: string }>('POST', '/v1/dev/token', { body: { user: user.trim(), organization: organization.trim(), roles } });
      session.begin(token);
    },
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); signIn.mutate(); }}>
      <Stack>
        <Text size="sm" c="dimmed">This installation runs with its development issuer: say who you are, there is no password.</Text>
        <TextInput label="User" value={user} onChange={(event) => { setUser(event.currentTarget.value); }} required withAsterisk={false} autoComplete="username" />
        <TextInput label="Organization" value={organization} onChange={(event) => { setOrganization(event.currentTarget.value); }} required withAsterisk={false} autoComplete="organization" />
        <Checkbox.Group label="Roles" value={roles} onChange={setRoles}>
          <Group gap="sm" mt={4}>
            {Object.keys(ROLES).map((role) => <Checkbox key={role} value={role} label={role} />)}
          </Group>
        </Checkbox.Group>
        {signIn.error && <ProblemAlert error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} disabled={user.trim() === '' || organization.trim() === ''} fullWidth>SIGN IN</Button>
      </Stack>
    </form>
  );
}

/** Says how the way to Slack ended: with an answer of Slack's, or with none yet. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Link, useSearchParams } from 'react-router';

import { installerMark } from '@tocsin/domain';

import { useConnections } from '../api/connections.js';
import { Notice } from '../parts/notice.js';
import { useClaims } from '../session/session.js';
import { connectResult, type ConnectResult } from './connect-result.js';
import { departures, readDeparture } from './departure.js';
import { WaitingForApproval } from './waiting-for-approval.js';

/** @param onStep leads to where the next step is */
export function ConnectReturn({ onStep }: { onStep: () => void }) {
  const [search, setSearch] = useSearchParams();
  const claims = useClaims();
  const kept = useSyncExternalStore(departures.subscribe, departures.kept);
  const isTheirs = claims !== undefined && [null, installerMark(claims.organization, claims.user)].includes(search.get('user'));
  const result = connectResult(search.has('result') && !isTheirs ? 'wrong_user' : search.get('result'), isTheirs ? search.get('error') : null);
  const answered = result !== undefined;
  useEffect(() => { if (answered && isTheirs) departures.forget(); }, [answered, isTheirs]);
  const departure = claims && readDeparture(kept, claims, new Date());
  if (result) return <Result result={result} connectionId={isTheirs ? search.get('connection') : null} onStep={onStep} onClose={() => { setSearch({}, { replace: true }); }} />;
  return departure ? <WaitingForApproval departure={departure} /> : null;
}

interface ResultProps {
  result: ConnectResult;
  connectionId: string | null;
  onStep: () => void;
  onClose: () => void;
}

function Result({ result: { good, title, why, next, step }, connectionId, onStep, onClose }: ResultProps) {
  const { data: connections } = useConnections({ enabled: connectionId !== null });
  const connected = connections?.find(({ id }) => id === connectionId);
  const box = useRef<HTMLDivElement>(null);
  // whoever comes back from Slack begins here
  useEffect(() => { box.current?.focus(); }, []);
  return (
    <div ref={box} tabIndex={-1}>
      <Notice color={good ? 'green' : 'orange'} role={good ? 'status' : 'alert'} title={title} onClose={onClose}>
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{connected ? `${connected.workspace.name} is connected as @${connected.bot.name}.` : why}</Text>
          <Text size="sm" fw={600}>{next}</Text>
          <Group gap="xs">
            {connected && <Button component={Link} to={`/connectors/slack/${encodeURIComponent(connected.id)}`} size="xs">{`Open ${connected.workspace.name}`}</Button>}
            {step !== 'none' && <Button size="xs" variant="default" onClick={onStep}>{step === 'connect' ? 'Go to CONNECT' : 'Go to VERIFY CONNECTIVITY'}</Button>}
          </Group>
        </Stack>
      </Notice>
    </div>
  );
}

/** Connectors › Dev Alerts › Slack: the connected workspaces, and *Configure your Slack credentials*. */
import { useRef, useState } from 'react';
import { useSearchParams } from 'react-router';

import type { Connection } from '@tocsin/contracts';

import { NeedsPermission } from '../parts/needs-permission.js';
import { useCan } from '../session/session.js';
import { Page } from '../shell/page.js';
import { ConnectReturn } from './connect-return.js';
import { ConnectorsPath } from './connectors-path.js';
import { Credentials, CREDENTIAL_TABS, type CredentialTab } from './credentials.js';
import { departures } from './departure.js';
import { Workspaces } from './workspaces.js';

export function SlackPage() {
  const mayConfigure = useCan('connectors:configure');
  const [search, setSearch] = useSearchParams();
  const [connectedId, setConnectedId] = useState<string>();
  const identityProvider = useRef<HTMLButtonElement>(null);
  const [tab, setTab] = useState<CredentialTab>(() => CREDENTIAL_TABS.find((known) => known === search.get('tab')) ?? (search.has('result') ? 'identity-provider' : 'token'));
  // at once; the address follows
  const show = (next: CredentialTab): void => {
    setTab(next);
    setSearch((before) => { before.set('tab', next); return before; }, { replace: true, preventScrollReset: true });
  };
  // whoever has connected waits for no approval any more
  const welcome = ({ id }: Connection): void => {
    departures.forget();
    setConnectedId(id);
  };
  const goToConnect = (): void => {
    show('identity-provider');
    identityProvider.current?.focus();
  };
  return (
    <Page title="Slack" path={<ConnectorsPath />} tabTitle="Slack · Connectors">
      <ConnectReturn onStep={goToConnect} />
      {!mayConfigure && <NeedsPermission permission="connectors:configure" to="change anything here" />}
      <Workspaces focusedId={connectedId} />
      <Credentials disabled={!mayConfigure} tab={tab} onTab={show} onConnected={welcome} identityProvider={identityProvider} />
    </Page>
  );
}

/** The scopes that Tocsin asks for, with what each is for and, once known, whether it is granted. */
import { Anchor, Code } from '@mantine/core';

import type { ConnectivityCheckView } from '@tocsin/contracts';
import { SLACK_SCOPES } from '@tocsin/domain';

interface ScopeTableProps {
  /** Of the last VERIFY CONNECTIVITY; without them the table says only what is asked for. */
  checks?: readonly ConnectivityCheckView[] | undefined;
}

const GRANTED = { passed: '✓ granted', failed: '✗ missing', warning: '– not granted' } as const;

export function ScopeTable({ checks }: ScopeTableProps) {
  const known = checks?.some(({ id }) => id.startsWith('scope.')) ?? false;
  const headings = ['Scope', '', 'What it is for', ...(known ? ['Granted'] : [])];
  return (
    <table className="list scopes" role="table" aria-label="Scopes">
      <thead role="rowgroup">
        <tr role="row">{headings.map((heading) => <th key={heading} role="columnheader" scope="col">{heading === '' ? <span className="visually-hidden">Required or optional</span> : heading}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {SLACK_SCOPES.map(({ name, required, purpose }) => {
          const status = checks?.find(({ id }) => id === `scope.${name}`)?.status;
          return (
            <tr key={name} role="row">
              <td role="cell" className="narrow"><Anchor href={pageOf(name)} target="_blank" rel="noopener noreferrer" size="sm"><Code>{name}</Code></Anchor></td>
              <td role="cell" className="narrow">{required ? 'required' : 'optional'}</td>
              <td role="cell">{purpose}</td>
              {known && <td role="cell" className="narrow">{status === undefined ? 'unknown' : GRANTED[status]}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Slack's page about a scope. */
function pageOf(scope: string): string {
  return `https://docs.slack.dev/reference/scopes/${scope.replace(':', '.')}`;
}

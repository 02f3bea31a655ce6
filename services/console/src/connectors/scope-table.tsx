/** The scopes that Tocsin asks for, with what each is for and, once known, whether it is granted. */
import { Anchor, Code } from '@mantine/core';

import { SLACK_SCOPES } from '@tocsin/domain';

import { grantWord, type Grant } from './scope-grants.js';

interface ScopeTableProps {
  /** What is known of each; without it the table says only what is asked for. */
  grants?: ReadonlyMap<string, Grant> | undefined;
}

export function ScopeTable({ grants }: ScopeTableProps) {
  const headings = ['Scope', '', 'What it is for', ...(grants ? ['Granted'] : [])];
  return (
    <table className="list scopes" role="table" aria-label="Scopes">
      <thead role="rowgroup">
        <tr role="row">{headings.map((heading) => <th key={heading} role="columnheader" scope="col">{heading === '' ? <span className="visually-hidden">Required or optional</span> : heading}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {SLACK_SCOPES.map(({ name, required, purpose }) => (
          <tr key={name} role="row">
            <td role="cell" className="narrow"><Anchor href={pageOf(name)} target="_blank" rel="noopener noreferrer" size="sm"><Code>{name}</Code></Anchor></td>
            <td role="cell" className="narrow">{required ? 'required' : 'optional'}</td>
            <td role="cell" className="purpose">{purpose}</td>
            {grants && <td role="cell" className="narrow given"><GrantMark grant={grants.get(name) ?? 'unknown'} required={required} /></td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function GrantMark({ grant, required }: { grant: Grant; required: boolean }) {
  const { sign, word, status } = grantWord(grant, required);
  return <span className="grant"><span className="check-mark" data-status={status} aria-hidden="true">{sign}</span>{word}</span>;
}

/** Slack's page about a scope. */
function pageOf(scope: string): string {
  return `https://docs.slack.dev/reference/scopes/${scope.replace(':', '.')}`;
}

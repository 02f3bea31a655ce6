/** Issues as a table; cards on a narrow screen. */
import { Checkbox } from '@mantine/core';

import type { Issue } from '@tocsin/domain';

import type { IssueFilter, Sort } from './issue-filter.js';
import { IssueRow } from './issue-row.js';

export interface IssueTableProps {
  /** What is shown is of the filter before. */
  busy: boolean;
  issues: readonly Issue[];
  filter: IssueFilter;
  onFilter: (filter: IssueFilter) => void;
  selected: readonly Issue[];
  onSelect: (issues: readonly Issue[]) => void;
  onSend: (issues: readonly Issue[]) => void;
  openId: string | undefined;
}

export function IssueTable({ busy, issues, filter, onFilter, selected, onSelect, onSend, openId }: IssueTableProps) {
  const chosen = new Set(selected.map(({ id }) => id));
  const all = issues.every(({ id }) => chosen.has(id));
  const toggle = (issue: Issue): void => { onSelect(chosen.has(issue.id) ? selected.filter(({ id }) => id !== issue.id) : [...selected, issue]); };
  const header = (label: string, sort: Sort, direction: 'ascending' | 'descending') => (
    <SortHeader label={label} active={filter.sort === sort} direction={direction} onSort={() => { onFilter({ ...filter, sort }); }} />
  );
  return (
    <table className="list" role="table" aria-label="Active Issues" aria-busy={busy}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" className="narrow">
            <Checkbox aria-label="Select all shown" checked={all} indeterminate={chosen.size > 0 && !all} onChange={() => { onSelect(all ? [] : issues); }} />
          </th>
          {header('Severity', '-severity', 'descending')}
          {header('Issue', 'title', 'ascending')}
          <th role="columnheader" scope="col">Application</th>
          <th role="columnheader" scope="col" className="aside">Tool</th>
          {header('Age', '-firstSeen', 'ascending')}
          <th role="columnheader" scope="col"><span className="visually-hidden">Actions</span></th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {issues.map((issue) => (
          <IssueRow key={issue.id} issue={issue} selected={chosen.has(issue.id)} open={issue.id === openId} onToggle={() => { toggle(issue); }} onSend={() => { onSend([issue]); }} />
        ))}
      </tbody>
    </table>
  );
}

interface SortHeaderProps {
  label: string;
  active: boolean;
  direction: 'ascending' | 'descending';
  onSort: () => void;
}

function SortHeader({ label, active, direction, onSort }: SortHeaderProps) {
  return (
    <th role="columnheader" scope="col" aria-sort={active ? direction : 'none'}>
      <button type="button" className="sort" onClick={onSort}>{label}<span aria-hidden="true">{active ? (direction === 'ascending' ? ' ↑' : ' ↓') : ''}</span></button>
    </th>
  );
}

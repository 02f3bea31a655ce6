/** Finds an issue of any status by its title, CVE or rule. */
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import { ISSUE_STATUSES, type Issue } from '@tocsin/domain';

import { useIssue, useIssues } from '../api/issues.js';

const DEBOUNCE_MS = 200;

interface IssuePickerProps {
  /** Empty: none yet. */
  value: string;
  onChange: (id: string) => void;
}

export function IssuePicker({ value, onChange }: IssuePickerProps) {
  const [typed, setTyped] = useState('');
  const { data: chosen } = useIssue(value, { enabled: value !== '' });
  const [q] = useDebouncedValue(chosen && typed === labelOf(chosen) ? '' : typed.trim(), DEBOUNCE_MS);
  const { data } = useIssues({ q, status: ISSUE_STATUSES });
  const found = data?.pages[0]?.items ?? [];
  const offered = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  return (
    <Select
      label="Issue"
      placeholder="Title, CVE, rule"
      data={offered.map((issue) => ({ value: issue.id, label: labelOf(issue) }))}
      value={chosen ? value : null}
      onChange={(id) => { onChange(id ?? ''); }}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options} // the server has chosen
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Clear the issue' }}
      nothingFoundMessage="No issue matches"
      maxDropdownHeight={300}
    />
  );
}

function labelOf({ title, application }: Pick<Issue, 'title' | 'application'>): string {
  return `${title} (${application})`;
}

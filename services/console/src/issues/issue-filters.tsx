/** The filters above the list. Each choice is in the address at once; typing is, when it pauses. */
import { Button, Group, MultiSelect, NativeSelect } from '@mantine/core';

import { CATEGORIES, CATEGORY_WORDS, ISSUE_STATUSES, SEVERITIES } from '@tocsin/domain';

import { useFacets } from '../api/issues.js';
import { severityWord } from '../parts/severity-mark.js';
import { TypedFilter, widthOf } from '../parts/typed-filter.js';
import { statusWord } from './issue-words.js';
import { isFiltered, NO_FILTER, SORTS, type IssueFilter, type ListFilter, type Sort } from './issue-filter.js';

interface IssueFiltersProps {
  filter: IssueFilter;
  onChange: (filter: IssueFilter) => void;
}

export function IssueFilters({ filter, onChange }: IssueFiltersProps) {
  const { data: facets } = useFacets();
  const choices = (name: ListFilter): string[] => [...new Set([...Object.keys(facets?.[name] ?? {}), ...filter[name]])].sort();
  const list = (name: ListFilter, label: string, data: readonly (string | { value: string; label: string })[], searchable = false) => (
    <MultiSelect
      key={name}
      label={label}
      data={[...data]}
      value={filter[name]}
      onChange={(values) => { onChange({ ...filter, [name]: values }); }}
      placeholder={filter[name].length === 0 ? 'Any' : ''}
      w={widthOf(170)}
      searchable={searchable}
      nothingFoundMessage="Nothing to choose"
    />
  );
  return (
    <Group component="search" gap="sm" align="flex-start">
      <TypedFilter type="search" label="Search" placeholder="Title, CVE, rule, path" value={filter.q} onChange={(q) => { onChange({ ...filter, q }); }} w={{ base: '100%', xs: 260 }} />
      {list('severity', 'Severity', [...SEVERITIES].reverse().map((value) => ({ value, label: severityWord(value) })))}
      {list('application', 'Application', choices('application'), true)}
      {list('tool', 'Tool', choices('tool'), true)}
      {list('category', 'Category', CATEGORIES.map((value) => ({ value, label: CATEGORY_WORDS[value] })))}
      {list('status', 'Status', ISSUE_STATUSES.map((value) => ({ value, label: statusWord(value) })))}
      <NativeSelect
        label="Order"
        value={filter.sort}
        onChange={(event) => { onChange({ ...filter, sort: event.currentTarget.value as Sort }); }}
        w={widthOf(180)}
        data={Object.entries(SORTS).map(([value, label]) => ({ value, label }))}
      />
      {isFiltered(filter) && <Button variant="subtle" mt={{ base: 0, xs: 25 }} onClick={() => { onChange({ ...NO_FILTER, sort: filter.sort }); }}>Clear filters</Button>}
    </Group>
  );
}

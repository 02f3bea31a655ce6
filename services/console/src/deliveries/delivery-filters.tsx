/** The filters above the list. Each choice is in the address at once; typing is, when it pauses. */
import { Button, Group, MultiSelect, Pill } from '@mantine/core';
import { useState } from 'react';

import { useConnections } from '../api/connections.js';
import { useMayListConnections } from '../connectors/may-list-connections.js';
import { TypedFilter, widthOf } from '../parts/typed-filter.js';
import { fromField, isFiltered, NO_FILTER, SOURCES, toField, type DeliveryFilter, type ListFilter } from './delivery-filter.js';
import { sourceKindWord } from './delivery-words.js';

interface DeliveryFiltersProps {
  filter: DeliveryFilter;
  onChange: (filter: DeliveryFilter) => void;
}

export function DeliveryFilters({ filter, onChange }: DeliveryFiltersProps) {
  const [opened, setOpened] = useState(false);
  const more = opened || filter.connectionId.length > 0 || filter.workflowId.length > 0 || filter.after !== '' || filter.before !== '';
  return (
    <Group component="search" gap="sm" align="flex-end">
      <TypedFilter label="Search" type="search" placeholder="Title, comment, destination or id" value={filter.q} onChange={(q) => { onChange({ ...filter, q }); }} w={{ base: '100%', xs: 280 }} />
      <TypedFilter label="Destination" placeholder="#channel, @name or id" value={joined(filter.destination)} canonical={(text) => joined(listOf(text))} onChange={(text) => { onChange({ ...filter, destination: listOf(text) }); }} w={widthOf(190)} />
      <MultiSelect
        label="Source"
        data={SOURCES.map((value) => ({ value, label: sourceKindWord(value) }))}
        value={[...filter.source]}
        onChange={(source) => { onChange({ ...filter, source }); }}
        placeholder={filter.source.length === 0 ? 'Any' : ''}
        w={widthOf(170)}
      />
      {more ? <MoreFilters filter={filter} onChange={onChange} /> : <Button variant="subtle" onClick={() => { setOpened(true); }}>More filters</Button>}
      <Fixed filter={filter} onChange={onChange} />
      {isFiltered(filter) && <Button variant="subtle" onClick={() => { setOpened(false); onChange({ ...NO_FILTER, state: filter.state }); }}>Clear filters</Button>}
    </Group>
  );
}

function MoreFilters({ filter, onChange }: DeliveryFiltersProps) {
  const moment = (name: 'after' | 'before', label: string) => (
    <TypedFilter key={name} type="datetime-local" label={label} value={toField(filter[name])} canonical={(text) => toField(fromField(text))} onChange={(text) => { onChange({ ...filter, [name]: fromField(text) }); }} w={{ base: '100%', xs: 250 }} />
  );
  return (
    <>
      <TypedFilter label="Workflow" placeholder="Its id" value={joined(filter.workflowId)} canonical={(text) => joined(listOf(text))} onChange={(text) => { onChange({ ...filter, workflowId: listOf(text) }); }} w={widthOf(170)} />
      <ConnectionFilter filter={filter} onChange={onChange} />
      {moment('after', 'After')}
      {moment('before', 'Before')}
    </>
  );
}

function ConnectionFilter({ filter, onChange }: DeliveryFiltersProps) {
  const { data = [] } = useConnections({ enabled: useMayListConnections() });
  const known = data.map(({ id, workspace }) => ({ value: id, label: workspace.name }));
  const unknown = filter.connectionId.filter((id) => !data.some((connection) => connection.id === id));
  return (
    <MultiSelect
      label="Connection"
      data={[...known, ...unknown.map((id) => ({ value: id, label: id }))]}
      value={[...filter.connectionId]}
      onChange={(connectionId) => { onChange({ ...filter, connectionId }); }}
      placeholder={filter.connectionId.length === 0 ? 'Any' : ''}
      w={widthOf(190)}
      nothingFoundMessage="Nothing to choose"
    />
  );
}

/** What a link has chosen and nobody would type. */
const FIXED: readonly (readonly [ListFilter, string])[] = [['issueId', 'Issue'], ['digestId', 'Part of digest'], ['code', 'Reason']];

function Fixed({ filter, onChange }: DeliveryFiltersProps) {
  const { replayed } = filter;
  return (
    <>
      {FIXED.flatMap(([name, word]) => filter[name].map((value) => (
        <Chip key={`${name} ${value}`} words={`${word}: ${value}`} onClear={() => { onChange({ ...filter, [name]: filter[name].filter((other) => other !== value) }); }} />
      )))}
      {replayed !== '' && <Chip words={replayed === 'true' ? 'Sent again' : 'Not sent again'} onClear={() => { onChange({ ...filter, replayed: '' }); }} />}
    </>
  );
}

function Chip({ words, onClear }: { words: string; onClear: () => void }) {
  return <Pill size="md" mb={6} withRemoveButton removeButtonProps={{ 'aria-label': `Clear ${words}`, 'aria-hidden': false, tabIndex: 0 }} onRemove={onClear}>{words}</Pill>;
}

function joined(values: readonly string[]): string {
  return values.join(', ');
}

function listOf(text: string): string[] {
  return text.split(',').map((value) => value.trim()).filter((value) => value !== '');
}

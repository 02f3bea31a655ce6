/** The states as tabs, each with how many match the other filters. What never rests in a state has no tab of its own while it is empty. */
import { Tabs, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { DELIVERY_STATES, type DeliveryState } from '@tocsin/domain';

import type { StateCounts } from '../api/state-counts.js';
import { stateMeaning, stateWord } from './delivery-words.js';

const ALL = 'all';
const PASSED_THROUGH: readonly DeliveryState[] = ['accepted', 'posting'];
/** Somebody has to look at what is in them. */
const PROBLEMS: readonly DeliveryState[] = ['failed', 'dead', 'unconfirmed'];

interface StateTabsProps {
  /** Empty: all of them. */
  chosen: readonly DeliveryState[];
  counts: StateCounts | undefined;
  onChange: (states: readonly DeliveryState[]) => void;
  children: ReactNode;
}

export function StateTabs({ chosen, counts, onChange, children }: StateTabsProps) {
  const value = chosen.length === 0 ? ALL : chosen.join(' ');
  const shown = DELIVERY_STATES.filter((state) => !PASSED_THROUGH.includes(state) || (counts?.[state] ?? 0) > 0 || value === state);
  const all = counts && DELIVERY_STATES.reduce((sum, state) => sum + counts[state], 0);
  return (
    <Tabs value={value} onChange={(next) => { if (next !== null) onChange(next === ALL ? [] : (next.split(' ') as DeliveryState[])); }} className="state-tabs">
      <Tabs.List mb="md">
        <Tab value={ALL} word="All" count={all} />
        {shown.map((state) => <Tab key={state} value={state} word={stateWord(state)} count={counts?.[state]} title={stateMeaning(state)} problem={PROBLEMS.includes(state)} />)}
        {chosen.length > 1 && <Tab value={value} word={chosen.map(stateWord).join(', ')} count={counts && chosen.reduce((sum, state) => sum + counts[state], 0)} />}
      </Tabs.List>
      <Tabs.Panel value={value}>{children}</Tabs.Panel>
    </Tabs>
  );
}

interface TabProps {
  value: string;
  word: string;
  count: number | undefined;
  title?: string;
  problem?: boolean;
}

function Tab({ value, word, count, title, problem = false }: TabProps) {
  return (
    <Tabs.Tab value={value} title={title}>
      {word}
      {count !== undefined && <Text span size="sm" {...(problem && count > 0 ? { fw: 700, c: 'var(--bad)' } : { c: 'dimmed' })}>{` ${count.toLocaleString('en')}`}</Text>}
    </Tabs.Tab>
  );
}

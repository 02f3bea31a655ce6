/** The list of the picker, in groups. What cannot be picked stays in it and says why. */
import { useEffect } from 'react';

import type { FoundDestination } from '../api/destinations.js';
import { optionId } from './combobox-field.js';
import { keyOf, useOf } from './destination-words.js';
import type { DestinationGroup } from './match.js';
import { OptionRow } from './option-row.js';

interface OptionListProps {
  listId: string;
  groups: readonly DestinationGroup[];
  active: string | undefined;
  chosen: string | undefined;
  /** Better ones are on their way. */
  busy: boolean;
  severalWorkspaces: boolean;
  pickAny: boolean;
  onChoose: (key: string) => void;
}

export function OptionList({ listId, groups, active, busy, ...row }: OptionListProps) {
  useEffect(() => {
    if (active !== undefined) document.getElementById(optionId(listId, active))?.scrollIntoView({ block: 'nearest' });
  }, [active, listId]);
  return (
    <div id={listId} role="listbox" aria-label="Channels and people" aria-busy={busy} className="picker-list scroll">
      {groups.map(({ label, items }) => (
        <div key={label} role="group" aria-labelledby={`${listId}-${label}`}>
          <div id={`${listId}-${label}`} role="presentation" className="picker-group">{label}</div>
          {items.map((item) => <Option key={keyOf(item)} item={item} listId={listId} active={active} {...row} />)}
        </div>
      ))}
    </div>
  );
}

interface OptionProps extends Pick<OptionListProps, 'listId' | 'active' | 'chosen' | 'severalWorkspaces' | 'pickAny' | 'onChoose'> {
  item: FoundDestination;
}

function Option({ item, listId, active, chosen, severalWorkspaces, pickAny, onChoose }: OptionProps) {
  const key = keyOf(item);
  const use = pickAny ? 'post' : useOf(item);
  return (
    <div
      id={optionId(listId, key)}
      role="option"
      aria-selected={key === chosen}
      aria-disabled={use === 'never'}
      data-active={key === active || undefined}
      data-use={use}
      className="picker-option"
      onClick={() => { onChoose(key); }}
    >
      <OptionRow item={item} use={use} withWorkspace={severalWorkspaces} />
    </div>
  );
}

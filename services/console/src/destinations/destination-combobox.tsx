/**
 * The field, its list and what was chosen. The focus stays in the field: the list is walked through by
 * `aria-activedescendant`, and what stands under it is reached by Tab.
 */
import { Popover, VisuallyHidden } from '@mantine/core';
import { useId } from 'react';

import type { Connection } from '@tocsin/contracts';

import { Chosen } from './chosen.js';
import { ComboboxField } from './combobox-field.js';
import { keyOf } from './destination-words.js';
import { Invitation } from './invitation.js';
import { OptionList } from './option-list.js';
import './picker.css';
import { PickerFooter } from './picker-footer.js';
import { announcement } from './picker-words.js';
import { usePicking, type Choice } from './use-picking.js';

interface DestinationComboboxProps extends Choice {
  label: string;
  connections: readonly Connection[];
  autoFocus: boolean;
}

export function DestinationCombobox({ label, connections, autoFocus, ...choice }: DestinationComboboxProps) {
  const listId = useId();
  const { value, pickAny } = choice;
  const picking = usePicking(connections, choice);
  const { list: { opened, active }, search: { groups, answers, settled }, uninvited, show } = picking;
  const severalWorkspaces = connections.length > 1;
  const connection = connections.find(({ id }) => id === (value ?? uninvited)?.connectionId);
  return (
    <div className="picker" onBlur={(event) => { if (!event.currentTarget.contains(event.relatedTarget)) show(false); }}>
      {/* not in a portal, so that Tab goes from the field to what stands under the list; fixed, so that no dialog cuts it off */}
      <Popover opened={opened} onChange={show} width="target" position="bottom-start" withinPortal={false} floatingStrategy="fixed" withRoles={false} closeOnEscape={false} offset={4} shadow="md" transitionProps={{ duration: 0 }}>
        <Popover.Target>
          <ComboboxField label={label} listId={listId} picking={picking} autoFocus={autoFocus} />
        </Popover.Target>
        {/* a press on the list leaves the focus in the field */}
        <Popover.Dropdown p={4} className="picker-dropdown" onMouseDown={(event) => { event.preventDefault(); }}>
          <OptionList listId={listId} groups={groups} active={active} chosen={value && keyOf(value)} busy={!settled} severalWorkspaces={severalWorkspaces} pickAny={pickAny} onChoose={picking.choose} />
          <PickerFooter search={picking.search} />
        </Popover.Dropdown>
      </Popover>
      <VisuallyHidden aria-live="polite">{opened && settled ? announcement(groups, answers) : ''}</VisuallyHidden>
      {value && <Chosen item={value} connection={connection} severalWorkspaces={severalWorkspaces} />}
      {uninvited && connection && <Invitation key={keyOf(uninvited)} item={uninvited} connection={connection} onInvited={picking.take} />}
    </div>
  );
}

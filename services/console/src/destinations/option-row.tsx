/** One destination as the picker shows it: name, what kind of place it is in word and sign, and whose it is. */
import { Text } from '@mantine/core';

import { cleanLine } from '@tocsin/domain';

import type { FoundDestination } from '../api/destinations.js';
import { labelOf, marksOf, type Use } from './destination-words.js';
import { MarkSign } from './mark-sign.js';

interface OptionRowProps {
  item: FoundDestination;
  use: Use;
  /** With several connections the workspace stands beside each result. */
  withWorkspace: boolean;
}

export function OptionRow({ item, use, withWorkspace }: OptionRowProps) {
  const { email, hint, workspace } = item;
  return (
    <>
      <span className="picker-line">
        {/* names come from outside: each keeps its direction to itself */}
        <bdi className="picker-name" title={labelOf(item)}>{labelOf(item)}</bdi>
        {email !== undefined && <bdi className="picker-aside">{cleanLine(email)}</bdi>}
        {marksOf(item).map((mark) => <MarkSign key={mark} mark={mark} />)}
        {withWorkspace && <bdi className="picker-aside picker-workspace">{cleanLine(workspace)}</bdi>}
      </span>
      {hint !== undefined && <Text component="span" size="xs" className="picker-hint" data-use={use}>{hint}</Text>}
    </>
  );
}

/** The state of one picker: what is typed, which option the keyboard is on, and what was settled on. */
import { useEffect, useState } from 'react';

import type { Connection } from '@tocsin/contracts';

import type { FoundDestination } from '../api/destinations.js';
import { keyOf, labelOf, useOf, type Use } from './destination-words.js';
import { pressed, type ListState, type Pressed } from './keys.js';
import { useOffered, type Offered } from './use-offered.js';

export interface Picking {
  typed: string;
  list: ListState;
  search: Offered;
  /** What was chosen and cannot be posted to before the app is invited. */
  uninvited: FoundDestination | undefined;
  type: (text: string) => void;
  /** @returns whether the key was for the list */
  press: (key: Pressed) => boolean;
  choose: (key: string) => void;
  take: (item: FoundDestination) => void;
  /** Opens or closes the list, with no option active. */
  show: (opened: boolean) => void;
  /** Somebody turned to the field; nothing is asked before. */
  touch: () => void;
}

export interface Choice {
  value: FoundDestination | undefined;
  onChange: (value: FoundDestination | undefined) => void;
  /** Also what cannot be posted to may be chosen. */
  pickAny: boolean;
}

export function usePicking(connections: readonly Connection[], { value, onChange, pickAny }: Choice): Picking {
  const [typed, setTyped] = useState(value ? labelOf(value) : '');
  const [touched, setTouched] = useState(false);
  const [list, setList] = useState<ListState>({ opened: false, active: undefined });
  const [uninvited, setUninvited] = useState<FoundDestination>();
  const [awaited, setAwaited] = useState(false);
  const search = useOffered(connections, value ?? uninvited ? '' : typed.trim(), touched);
  const items = search.groups.flatMap((group) => group.items);
  const show = (opened: boolean): void => {
    setList({ opened, active: undefined });
    setAwaited(false);
  };
  const settle = (item: FoundDestination, use: Use): void => {
    setTyped(labelOf(item));
    setUninvited(use === 'invite' ? item : undefined);
    if (use === 'post') onChange(item);
    show(false);
  };
  const choose = (key: string): void => {
    const item = items.find((one) => keyOf(one) === key);
    const use = pickAny ? 'post' : item && useOf(item);
    if (item && use !== undefined && use !== 'never') settle(item, use);
  };
  const type = (text: string): void => {
    setTyped(text);
    setUninvited(undefined);
    if (value) onChange(undefined);
    show(true);
  };
  const press = (key: Pressed): boolean => {
    const next = pressed(key, list, items.map(keyOf));
    if (next === undefined) return false;
    setList({ opened: next.opened, active: next.active });
    const isSure = search.settled || next.active !== undefined;
    if (next.chosen !== undefined && isSure) choose(next.chosen);
    setAwaited(key.key === 'Enter' && !isSure);
    return true;
  };
  // a pasted id and Enter at once: what is on its way may be a closer one, so it is waited for
  useEffect(() => {
    if (!awaited || !search.settled) return;
    setAwaited(false);
    const [only, other] = items;
    if (only && !other) choose(keyOf(only));
  });
  return { typed, list, search, uninvited, type, press, choose, take: (item) => { settle(item, 'post'); }, show, touch: () => { setTouched(true); } };
}

/**
 * Somebody left for Slack's consent page and no answer has come back yet. Where an admin must approve the app first, that
 * may take days, and people come back by hand: so it is kept in the browser, for the person who left.
 */

export interface Departure {
  user: string;
  organization: string;
  /** RFC 3339. */
  at: string;
  /** The connection that is to be renewed, and its workspace's name. */
  connectionId?: string;
  workspace?: string;
}

const KEY = 'tocsin.went-to-slack';
/** Nobody waits longer for an approval without asking. */
const KEPT_MS = 30 * 86_400_000;

/** @returns what was kept, unless it is somebody else's, too old or nothing that we wrote */
export function readDeparture(kept: string | null, { user, organization }: Pick<Departure, 'user' | 'organization'>, now: Date): Departure | undefined {
  if (kept === null) return undefined;
  try {
    const departure = JSON.parse(kept) as Partial<Departure> | null;
    const age = now.getTime() - Date.parse(departure?.at ?? '');
    return departure?.user === user && departure.organization === organization && age < KEPT_MS ? (departure as Departure) : undefined;
  } catch {
    return undefined; // not ours
  }
}

/** The copy that this browser keeps. */
export const departures = {
  keep: (departure: Departure): void => { window.localStorage.setItem(KEY, JSON.stringify(departure)); },
  forget: (): void => {
    window.localStorage.removeItem(KEY);
    for (const listener of listeners) listener();
  },
  kept: (): string | null => window.localStorage.getItem(KEY),
  /** Told when it is forgotten, changed in another tab, or when the browser shows the page again as it was left. */
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    window.addEventListener('storage', listener);
    window.addEventListener('pageshow', listener);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('storage', listener);
      window.removeEventListener('pageshow', listener);
    };
  },
};

const listeners = new Set<() => void>();

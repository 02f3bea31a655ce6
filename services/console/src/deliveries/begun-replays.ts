/** The replays of many that were begun in this tab and whose end nobody has seen yet, so that a reload does not lose sight of them. */

export interface BegunReplay {
  replayId: string;
  /** How many were to be sent again, as far as was known then. */
  wanted: number;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const NAME = 'tocsin.replays';

export class BegunReplays {
  private list: readonly BegunReplay[];
  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: Store) {
    this.list = JSON.parse(store.getItem(NAME) ?? '[]') as BegunReplay[];
  }

  /** The same array until something changes. */
  readonly all = (): readonly BegunReplay[] => this.list;

  /** Tells of every change. @returns what ends it */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  };

  add(replay: BegunReplay): void {
    this.keep([...this.list, replay]);
  }

  forget(replayId: string): void {
    const left = this.list.filter((replay) => replay.replayId !== replayId);
    if (left.length < this.list.length) this.keep(left);
  }

  private keep(list: readonly BegunReplay[]): void {
    this.list = list;
    if (list.length === 0) this.store.removeItem(NAME);
    else this.store.setItem(NAME, JSON.stringify(list));
    for (const listener of this.listeners) listener();
  }
}

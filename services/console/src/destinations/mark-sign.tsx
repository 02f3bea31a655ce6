/** What kind of place a channel is, in a word and a sign. */
import { markWords, type Mark } from './destination-words.js';

/** Drawn as lines: a hash, a padlock, two circles that share something, a box, a circle that is struck through. */
const LINES: Record<Mark, string> = {
  public: 'M6 2 4.5 14M11.5 2 10 14M2.5 5.5h11M2 10.5h11',
  private: 'M3.5 7h9v7h-9zM5.5 7V4.5a2.5 2.5 0 0 1 5 0V7',
  shared: 'M10 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM14 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0z',
  archived: 'M2 3h12v3H2zM3 6v7.5h10V6M6.5 9h3',
  'not-a-member': 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM4 12l8-8',
};

export function MarkSign({ mark }: { mark: Mark }) {
  return (
    <span className="picker-mark" data-mark={mark}>
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d={LINES[mark]} /></svg>
      {markWords(mark)}
    </span>
  );
}

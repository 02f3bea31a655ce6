/** Remembers that this tab went to Slack's consent page and has had no answer yet. */
const KEY = 'tocsin.went-to-slack';

export const departure = {
  open: (): void => { window.sessionStorage.setItem(KEY, 'yes'); },
  isOpen: (): boolean => window.sessionStorage.getItem(KEY) !== null,
  close: (): void => { window.sessionStorage.removeItem(KEY); },
};

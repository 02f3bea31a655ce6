/** Link to a line of source at the scanned commit, for the hosts whose addresses are known; others get none. */
import type { IssueLocation } from '@tocsin/domain';

/** The web address of a repository, from `https://…`, `git@host:owner/name.git` or `ssh://…`; undefined when it is none of these. */
export function repositoryUrl(repository: string): string | undefined {
  const text = repository.trim().replace(/\.git$/, '').replace(/\/$/, '');
  const scp = /^(?:ssh:\/\/)?git@([a-z0-9.-]+)[:/]([\w./-]+)$/i.exec(text);
  const address = scp ? `https://${scp[1] ?? ''}/${scp[2] ?? ''}` : text;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'https:' && url.username === '' && url.pathname.length > 1 ? `${url.origin}${url.pathname}` : undefined;
}

/** @param repository as {@link repositoryUrl} gives it */
export function locationLink(repository: string, commit: string, { path, line }: IssueLocation): string | undefined {
  if (/^([a-z][a-z0-9+.-]*:|\/|\.\.(\/|$))/i.test(path)) return undefined;
  const host = new URL(repository).hostname;
  const file = path.replace(/^\.\//, '').split('/').map(encodeURIComponent).join('/');
  if (host.includes('bitbucket')) return `${repository}/src/${commit}/${file}${line === undefined ? '' : `#lines-${line}`}`;
  const folder = host.includes('gitlab') ? '-/blob' : 'blob';
  return `${repository}/${folder}/${commit}/${file}${line === undefined ? '' : `#L${line}`}`;
}

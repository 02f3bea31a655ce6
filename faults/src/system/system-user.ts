import { readFileSync } from 'node:fs';

export interface SystemUser {
  uid: number;
  gid: number;
}

/** The user that a server runs under when we are root; undefined when we are not, for then it runs as ourselves. */
export function systemUser(name: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':')).find(([candidate]) => candidate === name) ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`There is no user "${name}" on this machine.`);
  return { uid: Number(uid), gid: Number(gid) };
}

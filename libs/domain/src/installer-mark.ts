/**
 * Tells who began an installation without naming them. The way back from Slack's consent page carries the mark as `user`, and
 * the console compares it with the mark of whoever is signed in by then: in one browser somebody else may be. It guards
 * nothing by itself, the state and the browser's cookie do; it keeps a person from taking another one's workspace for theirs.
 */

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * Sixteen hexadecimal digits, the same for the same person in the same organization.
 * @param user as the console names them: the e-mail address of the token, or its `sub` where there is none
 */
export function installerMark(organizationId: string, user: string): string {
  return fnv1a(encodeURIComponent(JSON.stringify([organizationId, user])));
}

/** FNV-1a, 64 bits: sixteen hexadecimal digits. @param ascii as ASCII. @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
export function fnv1a(ascii: string): string {
  let hash = OFFSET;
  for (const character of ascii) hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * PRIME);
  return hash.toString(16).padStart(16, '0');
}

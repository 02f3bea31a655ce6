/** What a bearer token says about whom it was made out to. */

export interface Claims {
  user: string;
  organization: string;
  roles: string[];
}

/** @returns undefined when `token` is no JWT with a subject */
export function readClaims(token: string): Claims | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (typeof claims.sub !== 'string') return undefined;
    return {
      user: typeof claims.email === 'string' ? claims.email : claims.sub,
      organization: typeof claims.organization === 'string' ? claims.organization : '',
      roles: Array.isArray(claims.roles) ? claims.roles.filter((role) => typeof role === 'string') : [],
    };
  } catch {
    return undefined; // what cannot be decoded tells nothing
  }
}

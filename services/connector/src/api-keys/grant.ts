/** What a new API key may do: never more than who creates it. */
import { permissionsOf, PERMISSIONS, type Permission } from '@tocsin/domain';

export interface Wish {
  roles?: readonly string[] | undefined;
  permissions?: readonly Permission[] | undefined;
  applications?: readonly string[] | undefined;
}

export interface Creator {
  permissions: ReadonlySet<Permission>;
  applications?: readonly string[] | undefined;
}

export type Grant =
  | { ok: true; permissions: Permission[]; applications: string[] | undefined }
  | { ok: false; reason: 'nothing' }
  | { ok: false; reason: 'permissions' | 'applications' | 'not_by_application'; beyond: string[] };

/** What is about issues can be limited to applications; what is about the whole organization cannot. */
const BY_APPLICATION: ReadonlySet<Permission> = new Set(['issues:read', 'issues:edit', 'issues:send', 'issues:ingest']);

/** A role of a key that is limited to applications gives what can be limited; a permission that cannot is refused. */
export function grantFor({ roles = [], permissions = [], applications }: Wish, creator: Creator): Grant {
  const ofRoles = [...permissionsOf(roles)].filter((permission) => !applications || BY_APPLICATION.has(permission));
  const wished = new Set<Permission>([...ofRoles, ...permissions]);
  if (wished.size === 0) return { ok: false, reason: 'nothing' };
  const beyond = [...wished].filter((permission) => !creator.permissions.has(permission));
  if (beyond.length > 0) return { ok: false, reason: 'permissions', beyond };
  const whole = applications ? permissions.filter((permission) => !BY_APPLICATION.has(permission)) : [];
  if (whole.length > 0) return { ok: false, reason: 'not_by_application', beyond: whole };
  const foreign = creator.applications && (applications ?? ['all applications']).filter((name) => !creator.applications?.includes(name));
  if (foreign && foreign.length > 0) return { ok: false, reason: 'applications', beyond: foreign };
  return { ok: true, permissions: PERMISSIONS.filter((permission) => wished.has(permission)), applications: applications && [...new Set(applications)] };
}

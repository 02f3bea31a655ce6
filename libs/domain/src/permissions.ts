/** Who may do what: permissions and the roles that bundle them. */

export const PERMISSIONS = [
  'connectors:configure',
  'issues:read',
  'issues:edit',
  'issues:send',
  'issues:ingest',
  'workflows:edit',
  'deliveries:read',
  'deliveries:replay',
  'audit:read',
  'keys:manage',
  'operations:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const viewer: readonly Permission[] = ['issues:read', 'deliveries:read'];
const responder: readonly Permission[] = [...viewer, 'issues:edit', 'issues:send', 'deliveries:replay'];
const editor: readonly Permission[] = [...responder, 'workflows:edit'];

/** `operator` stands outside organizations: health and counts of all, no contents. */
export const ROLES = {
  viewer,
  responder,
  editor,
  admin: PERMISSIONS.filter((permission) => permission !== 'operations:read'),
  ingest: ['issues:ingest'],
  operator: ['operations:read'],
} as const satisfies Record<string, readonly Permission[]>;
export type Role = keyof typeof ROLES;

/** The union of what the given roles allow; unknown role names allow nothing. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => (Object.hasOwn(ROLES, role) ? [...ROLES[role as Role]] : [])));
}

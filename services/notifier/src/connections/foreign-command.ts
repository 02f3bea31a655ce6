/** A command that names another organization's connection: refused, with an entry in the audit log where it came from and an error in the log. */
import type { AuditRecord, Logger } from '@tocsin/platform';

export interface ForeignCommand {
  commandId: string;
  organizationId: string;
  connectionId: string;
  /** Kind of its source. */
  source: string;
}

/** The entry in the log of the organization that sent it. */
export function auditOfForeign({ commandId, organizationId, connectionId, source }: ForeignCommand): AuditRecord {
  return {
    organizationId,
    actor: { kind: 'system', id: source },
    action: 'command.refused',
    target: { kind: 'connection', id: connectionId },
    after: { commandId, reason: 'the connection belongs to another organization' },
  };
}

export function logForeign(logger: Logger, { commandId, organizationId, connectionId }: ForeignCommand): void {
  logger.error({ commandId, organizationId, connectionId }, 'a command names a connection of another organization');
}

/** Tokens, sealed and opened: bound to organization and connection, so that a row that was swapped does not open. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { SecretBox, type SealedSecret } from '@tocsin/platform';

import { ConnectionRepository } from '../connections/connection.repository.js';

export interface Credential {
  organizationId: string;
  token: string;
  credentialVersion: number;
}

@Injectable()
export class Credentials {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly secrets: SecretBox,
  ) {}

  seal(organizationId: string, connectionId: string, token: string): SealedSecret {
    return this.secrets.seal(token, placeOf(organizationId, connectionId));
  }

  /** @returns undefined when there is no such connection. @throws Error when the row was tampered with, or its key is gone */
  async of(connectionId: string, tx?: EntityManager): Promise<Credential | undefined> {
    const stored = await this.connections.credential(connectionId, tx);
    if (!stored) return undefined;
    const { organizationId, credentialVersion, sealed } = stored;
    return { organizationId, credentialVersion, token: this.secrets.open(sealed, placeOf(organizationId, connectionId)) };
  }
}

/** Unambiguous whatever the ids hold. */
function placeOf(organizationId: string, connectionId: string): string {
  return `${encodeURIComponent(organizationId)}/${connectionId}`;
}

/** What may be shown of a token. */
export function hintOf(token: string): string {
  return token.slice(-4);
}

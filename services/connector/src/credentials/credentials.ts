/**
 * Tokens, sealed and opened: bound to organization, connection and what they are for, so that a row that was swapped, or a
 * refresh token in the place of a token, does not open.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { SecretBox, type SealedSecret } from '@tocsin/platform';

import { CredentialRepository } from './credential.repository.js';

export interface Credential {
  organizationId: string;
  token: string;
  credentialVersion: number;
  /** What is left of a token that ends, by the database's clock; negative when it has ended. */
  expiresInSeconds?: number;
}

/** A credential as it is stored. */
export interface SealedCredential {
  token: SealedSecret;
  /** Only of a token that is renewed. */
  refresh: SealedSecret | undefined;
  renewAt: Date | undefined;
}

export interface Place {
  organizationId: string;
  connectionId: string;
}

@Injectable()
export class Credentials {
  constructor(
    private readonly stored: CredentialRepository,
    private readonly secrets: SecretBox,
  ) {}

  /** The database's clock, which alone says when a token ends. */
  async now(tx: EntityManager): Promise<Date> {
    return this.stored.now(tx);
  }

  seal(place: Place, { token, refreshToken }: { token: string; refreshToken?: string | undefined }, renewAt: Date | undefined): SealedCredential {
    return {
      token: this.secrets.seal(token, placeOf(place)),
      refresh: refreshToken === undefined ? undefined : this.secrets.seal(refreshToken, placeOf(place, 'refresh')),
      renewAt,
    };
  }

  /** @returns undefined when there is no such connection. @throws Error when the row was tampered with, or its key is gone */
  async of(connectionId: string, tx?: EntityManager): Promise<Credential | undefined> {
    const stored = await this.stored.find(connectionId, tx);
    if (!stored) return undefined;
    const { sealed, ...rest } = stored;
    return { ...rest, token: this.secrets.open(sealed, placeOf({ organizationId: stored.organizationId, connectionId })) };
  }

  /** @throws as {@link of} */
  openRefreshToken(place: Place, sealed: SealedSecret): string {
    return this.secrets.open(sealed, placeOf(place, 'refresh'));
  }

  /** Sealed anew with the first key of the ring. @throws as {@link of} */
  reseal(place: Place, { token, refresh }: Pick<SealedCredential, 'token' | 'refresh'>): Pick<SealedCredential, 'token' | 'refresh'> {
    const again = (sealed: SealedSecret, at: string): SealedSecret => this.secrets.seal(this.secrets.open(sealed, at), at);
    return { token: again(token, placeOf(place)), refresh: refresh && again(refresh, placeOf(place, 'refresh')) };
  }
}

/** Unambiguous whatever the ids hold: a connection's id has no slash. */
function placeOf({ organizationId, connectionId }: Place, purpose?: 'refresh'): string {
  return `${encodeURIComponent(organizationId)}/${connectionId}${purpose === undefined ? '' : `/${purpose}`}`;
}

/** What may be shown of a token. */
export function hintOf(token: string): string {
  return token.slice(-4);
}

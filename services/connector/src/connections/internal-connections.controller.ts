/** Connections for the other services. Tokens leave connector here and nowhere else. */
import { Controller, Get, Param } from '@nestjs/common';

import type { ConnectionChanged } from '@tocsin/contracts';
import { Internal, notFound } from '@tocsin/platform';

import { ConnectionRepository } from './connection.repository.js';
import { Credentials, type Credential } from '../credentials/credentials.js';
import { toConnectionChanged } from './stored-connection.js';

@Internal()
@Controller('internal/connections')
export class InternalConnectionsController {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly credentials: Credentials,
  ) {}

  /** Of every organization, disconnected ones included and marked, so that a copy can be brought up to date from nothing. */
  @Get()
  async list(): Promise<{ items: ConnectionChanged[] }> {
    return { items: (await this.connections.all()).map(toConnectionChanged) };
  }

  @Get(':id')
  async one(@Param('id') id: string): Promise<ConnectionChanged> {
    const found = await this.connections.get(id);
    if (!found) throw notFound('connection', id);
    return toConnectionChanged(found);
  }

  @Get(':id/credential')
  async credential(@Param('id') id: string): Promise<Omit<Credential, 'organizationId'>> {
    const found = await this.credentials.of(id);
    if (!found) throw notFound('connection', id);
    const { token, credentialVersion, expiresInSeconds } = found;
    return { token, credentialVersion, ...(expiresInSeconds !== undefined && { expiresInSeconds }) };
  }
}

/** `connection.changed.v1` in: whose the connection is, and whether it is still there. */
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

import { ConnectionChanged } from '@tocsin/contracts';

import { ConnectionRepository } from './connection.repository.js';

@Controller()
export class ConnectionConsumer {
  constructor(private readonly connections: ConnectionRepository) {}

  @EventPattern<string>('connection.changed.v1')
  async handle(@Payload() changed: ConnectionChanged): Promise<void> {
    await this.connections.apply(changed);
  }
}

/** `connection.changed.v1` in. */
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

import { ConnectionChanged } from '@tocsin/contracts';

import { ConnectionNews } from './connection-news.js';

@Controller()
export class ConnectionConsumer {
  constructor(private readonly news: ConnectionNews) {}

  @EventPattern<string>('connection.changed.v1')
  async handle(@Payload() changed: ConnectionChanged): Promise<void> {
    await this.news.take(changed);
  }
}

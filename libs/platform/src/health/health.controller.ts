/** live = the process answers; ready = it can do its work, with what it cannot reach by name. */
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { DataSource } from 'typeorm';

import { Public } from '../auth/access.js';
import type { MessageBus } from '../bus/message-bus.js';

export const MESSAGE_BUS = Symbol('message bus');

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly database: DataSource,
    @Inject(MESSAGE_BUS) private readonly bus: MessageBus,
  ) {}

  @ApiOperation({ summary: 'Says that the process runs.' })
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  @ApiOperation({ summary: 'Says whether it can do its work, and what it cannot reach; 503 when it cannot.' })
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<{ status: string; parts: Record<string, string> }> {
    const parts = { database: await this.databaseState(), messageBus: this.bus.state };
    const ready = parts.database === 'ready' && parts.messageBus === 'ready';
    response.status(ready ? 200 : 503);
    return { status: ready ? 'ok' : 'unavailable', parts };
  }

  private async databaseState(): Promise<string> {
    try {
      await this.database.query('select 1');
      return 'ready';
    } catch {
      return 'unreachable';
    }
  }
}

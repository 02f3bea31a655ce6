/** live = the process answers; ready = it can serve, with what it cannot reach by name. */
import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { Public } from '../auth/access.js';
import { Readiness, type Ready } from './readiness.js';

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @ApiOperation({ summary: 'Says that the process runs.' })
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  @ApiOperation({ summary: 'Says whether it can serve, and what it cannot reach; 503 when it cannot.' })
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<Ready> {
    const ready = await this.readiness.look();
    response.status(ready.status === 'unavailable' ? 503 : 200);
    return ready;
  }
}

/** What notifier asks us: a command that has not reached it yet, and how many there are. */
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';

import { Delivery } from '@tocsin/contracts';
import { Internal, notFound } from '@tocsin/platform';

import { CommandRepository } from './command.repository.js';

@Internal()
@Controller('internal/commands')
export class CommandsController {
  constructor(private readonly commands: CommandRepository) {}

  @Get('in-transit')
  @ApiOkResponse()
  async inTransit(@Query('organizationId') organizationId?: string): Promise<{ count: number }> {
    return { count: await this.commands.countInTransit(organizationId) };
  }

  @Get(':organizationId/:commandId')
  @ApiOkResponse({ type: Delivery })
  async get(@Param('organizationId') organizationId: string, @Param('commandId') commandId: string): Promise<Delivery> {
    const command = await this.commands.find(organizationId, commandId);
    if (!command) throw notFound('command', commandId);
    return command;
  }
}

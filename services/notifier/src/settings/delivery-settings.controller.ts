/** The settings of deliveries over HTTP: read as a whole, replaced as a whole. */
import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';

import { DeliverySettings } from '@tocsin/contracts';
import { Audit, CurrentCaller, Requires, type Caller } from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { DeliverySettingsRepository } from './delivery-settings.repository.js';

@ApiTags('settings')
@Requires('connectors:configure')
@Controller('v1/settings/delivery')
export class DeliverySettingsController {
  constructor(
    private readonly settings: DeliverySettingsRepository,
    private readonly audit: Audit,
    private readonly database: DataSource,
  ) {}

  @ApiOperation({ summary: 'Shows the organization’s settings for deliveries.' })
  @Get()
  @ApiOkResponse({ type: DeliverySettings })
  read(@CurrentCaller() { organizationId }: Caller): Promise<DeliverySettings> {
    return this.settings.read(organizationId);
  }

  @ApiOperation({ summary: 'Replaces the organization’s settings for deliveries, all of them.' })
  @Put()
  @ApiOkResponse({ type: DeliverySettings })
  async replace(@CurrentAuthor() author: Author, @Body() settings: DeliverySettings): Promise<DeliverySettings> {
    await this.database.transaction(async (tx) => {
      const before = await this.settings.read(author.organizationId, tx);
      await this.settings.save(tx, author.organizationId, settings);
      await this.audit.record(tx, { ...author, action: 'delivery-settings.changed', target: { kind: 'settings', id: 'delivery' }, before, after: settings });
    }).finally(() => { this.settings.forget(author.organizationId); });
    return settings;
  }
}

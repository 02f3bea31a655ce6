/** Tells issues whom a message would mention. Only ids: what else is known of a person stays here. */
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ArrayMaxSize, IsArray, IsNotEmpty, IsString } from 'class-validator';

import { Internal, notFound } from '@tocsin/platform';

import { ConnectionNews } from '../connections/connection-news.js';
import { DirectoryRepository } from './directory.repository.js';

/** Of each issue of a message, as many owners as it may have. */
const EMAILS_MAX = 5000;

export class FindPeople {
  @IsString() @IsNotEmpty() organizationId!: string;
  @IsString() @IsNotEmpty() connectionId!: string;
  @IsArray() @ArrayMaxSize(EMAILS_MAX) @IsString({ each: true }) emails!: string[];
}

@Internal()
@Controller('internal/people')
export class PeopleController {
  constructor(
    private readonly connections: ConnectionNews,
    private readonly directory: DirectoryRepository,
  ) {}

  @Post()
  @HttpCode(200)
  async find(@Body() { organizationId, connectionId, emails }: FindPeople): Promise<{ ids: string[] }> {
    if (!(await this.connections.find(organizationId, connectionId))) throw notFound('connection', connectionId);
    return { ids: await this.directory.peopleByEmail(connectionId, emails) };
  }
}

/** The app manifest, for people who create a Slack app. It holds no secret. */
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { Response } from 'express';

import { Public } from '@tocsin/platform';

import { SlackAccess } from '../slack-access.js';
import { appManifest, type ManifestPurpose } from './app-manifest.js';
import { toYaml } from './to-yaml.js';

export class ManifestQuery {
  @IsIn(['token', 'published']) for: ManifestPurpose = 'token';
  @IsIn(['json', 'yaml']) format: 'json' | 'yaml' = 'json';
}

@ApiTags('connections')
@Controller('v1/slack/manifest')
export class ManifestController {
  constructor(private readonly slack: SlackAccess) {}

  @Get()
  @Public()
  @ApiOkResponse({ description: 'A manifest in the form that Slack takes.', content: { 'application/json': { schema: { type: 'object' } }, 'application/yaml': { schema: { type: 'string' } } } })
  manifest(@Query() query: ManifestQuery, @Res() response: Response): void {
    const manifest = appManifest(query.for, this.slack.publicUrl);
    if (query.format === 'yaml') response.type('application/yaml').send(toYaml(manifest));
    else response.json(manifest);
  }
}

/** The app manifest, for people who create a Slack app. It holds no secret. */
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Response } from 'express';

import { Field } from '@tocsin/contracts';
import { Public } from '@tocsin/platform';

import { SlackAccess } from '../slack-access.js';
import { appManifest, type ManifestPurpose } from './app-manifest.js';
import { toYaml } from './to-yaml.js';

export class ManifestQuery {
  @Field('`token`: an app of your own; `published`: the app that many workspaces install. Left out = `token`.')
  @IsOptional() @IsIn(['token', 'published']) for: ManifestPurpose = 'token';
  @Field('Left out = `json`.') @IsOptional() @IsIn(['json', 'yaml']) format: 'json' | 'yaml' = 'json';
}

@ApiTags('connections')
@Controller('v1/slack/manifest')
export class ManifestController {
  constructor(private readonly slack: SlackAccess) {}

  @ApiOperation({ summary: 'The manifest to create the Slack app with, so that nobody types scopes by hand.' })
  @Get()
  @Public()
  @ApiOkResponse({ description: 'A manifest in the form that Slack takes.', content: { 'application/json': { schema: { type: 'object' } }, 'application/yaml': { schema: { type: 'string' } } } })
  manifest(@Query() query: ManifestQuery, @Res() response: Response): void {
    const manifest = appManifest(query.for, this.slack.publicUrl);
    if (query.format === 'yaml') response.type('application/yaml').send(toYaml(manifest));
    else response.json(manifest);
  }
}

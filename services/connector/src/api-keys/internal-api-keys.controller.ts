/** Tells the services who an API key is. */
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

import { Internal, notFound, type VerifiedApiKey } from '@tocsin/platform';

import { ApiKeyRepository } from './api-key.repository.js';

export class VerifyApiKey {
  @IsString() @IsNotEmpty() @MaxLength(200) key!: string;
}

@Internal()
@Controller('internal/api-keys')
export class InternalApiKeysController {
  constructor(private readonly keys: ApiKeyRepository) {}

  @Post('verify')
  @HttpCode(200)
  async verify(@Body() { key }: VerifyApiKey): Promise<VerifiedApiKey> {
    const found = await this.keys.verify(key);
    if (!found) throw notFound('API key', 'given');
    const { id, name, organizationId, permissions, applications, expiresAt } = found;
    return { id, name, organizationId, permissions, ...(applications && { applications }), expiresAt: expiresAt.toISOString() };
  }
}

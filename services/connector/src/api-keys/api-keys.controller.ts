/**
 * API keys for machines: made, listed, deleted. The key itself is in the answer that makes it; a repetition of that request gets
 * it from what is kept of its Idempotency-Key, sealed.
 */
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v7 as uuid } from 'uuid';

import { ApiKey, CreateApiKey } from '@tocsin/contracts';
import {
  ApiPage, Audit, badRequest, CurrentCaller, decodeCursor, Idempotency, IdempotentRequest, ListQuery, notFound, Outbox, ProblemException, Requires, SecretBox, toPage,
  type Caller, type IdempotentCall, type Page,
} from '@tocsin/platform';

import { CurrentAuthor, type Author } from '../author.js';
import { ApiKeyRepository, newApiKey, type StoredApiKey } from './api-key.repository.js';
import { grantFor, type Grant } from './grant.js';

@ApiTags('api keys')
@Requires('keys:manage')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly idempotency: Idempotency,
    private readonly secrets: SecretBox,
  ) {}

  @ApiOperation({ summary: 'Lists API keys, newest first, without the keys themselves.' })
  @Get()
  @ApiPage(ApiKey)
  async list(@CurrentCaller() { organizationId }: Caller, @Query() { limit, cursor }: ListQuery): Promise<Page<ApiKey>> {
    const [beforeId] = decodeCursor(cursor, 1) ?? [];
    const found = await this.keys.list(organizationId, limit + 1, typeof beforeId === 'string' ? beforeId : undefined);
    return toPage(found, limit, (key) => view(key), ({ id }) => [id]);
  }

  @ApiOperation({ summary: 'Makes an API key and shows it, this once.' })
  @Post()
  @ApiCreatedResponse({ type: ApiKey })
  async create(@CurrentCaller() caller: Caller, @CurrentAuthor() author: Author, @Body() body: CreateApiKey, @IdempotentRequest() call: IdempotentCall): Promise<ApiKey> {
    const grant = grantFor(body, caller);
    if (!grant.ok) throw notGranted(grant);
    const expiresAt = new Date(body.expiresAt);
    if (!(expiresAt.getTime() > Date.now())) throw badRequest('The key would have expired already.', [{ pointer: '/expiresAt', code: 'in_the_past', message: 'must be in the future' }]);
    const stored: StoredApiKey = { id: uuid(), organizationId: caller.organizationId, name: body.name, permissions: grant.permissions, applications: grant.applications, expiresAt, createdAt: new Date() };
    const made = await this.idempotency.run<MadeKey>(call, async (tx) => {
      const key = newApiKey();
      await this.keys.insert(tx, stored, key, caller.name);
      await this.audit.record(tx, { ...author, action: 'api_key.created', target: { kind: 'api key', id: stored.id }, after: view(stored) });
      const { keyId, box } = this.secrets.seal(key, placeOf(stored.organizationId, stored.id));
      return { status: 201, body: { shown: view(stored), keyId, box: box.toString('base64') } };
    });
    return this.opened(made, stored.organizationId);
  }

  private opened({ shown, keyId, box }: MadeKey, organizationId: string): ApiKey {
    if (!this.secrets.hasKey(keyId)) throw shownBefore(shown.id);
    return { ...shown, key: this.secrets.open({ keyId, box: Buffer.from(box, 'base64') }, placeOf(organizationId, shown.id)) };
  }

  @ApiOperation({ summary: 'Deletes an API key; within a minute it is refused everywhere.' })
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@CurrentAuthor() author: Author, @Param('id') id: string): Promise<void> {
    await this.outbox.transaction(async (tx) => {
      const deleted = await this.keys.delete(tx, author.organizationId, id);
      if (!deleted) throw notFound('API key', id);
      await this.audit.record(tx, { ...author, action: 'api_key.deleted', target: { kind: 'api key', id }, before: view(deleted) });
    });
  }
}

/** What an Idempotency-Key remembers. */
interface MadeKey {
  shown: Omit<ApiKey, 'key'>;
  keyId: string;
  /** As base64. */
  box: string;
}

function placeOf(organizationId: string, id: string): string {
  return `${organizationId}/api-keys/${id}`;
}

function view({ id, name, permissions, applications, expiresAt, createdAt }: StoredApiKey): ApiKey {
  return { id, name, permissions, expiresAt: expiresAt.toISOString(), createdAt: createdAt.toISOString(), ...(applications && { applications }) };
}

/** The key of the ring that sealed it was taken away since. */
function shownBefore(id: string): ProblemException {
  return new ProblemException(409, { title: 'The key cannot be shown again', code: 'api_key_shown', detail: `This request made the API key "${id}" before.`, hint: 'Delete it if it got lost, and make another one.' });
}

function notGranted(grant: Extract<Grant, { ok: false }>): ProblemException {
  if (grant.reason === 'nothing') return badRequest('The key may do nothing.', [{ pointer: '/permissions', code: 'missing', message: 'name at least one role or permission' }]);
  if (grant.reason === 'not_by_application') {
    return new ProblemException(422, {
      title: 'Not by application',
      code: 'not_by_application',
      detail: `A key that is limited to applications cannot have ${grant.beyond.join(', ')}: that is about the whole organization.`,
      errors: [{ pointer: '/applications', code: 'not_by_application', message: 'leave it out, or take these permissions away' }],
    });
  }
  return new ProblemException(403, {
    title: 'Not allowed',
    code: 'more_than_you_may',
    detail: `A key may not do more than who creates it; beyond yours: ${grant.beyond.join(', ')}.`,
    errors: [{ pointer: `/${grant.reason}`, code: 'more_than_you_may', message: 'must be within your own' }],
  });
}

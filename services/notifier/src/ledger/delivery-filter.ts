/** Which deliveries a list shows. Several values of one filter are alternatives; different filters all have to hold. */
import { ArrayMaxSize, IsArray, IsDateString, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

import { DELIVERY_STATES, type DeliverySource, type DeliveryState } from '@tocsin/domain';
import { CommaList, ListQuery } from '@tocsin/platform';

import type { Which } from '../deliveries/waiting.repository.js';

const SOURCES = ['manual', 'workflow', 'digest', 'test'] as const satisfies readonly DeliverySource['kind'][];

export class DeliveryFilter extends ListQuery {
  @IsOptional() @CommaList() @IsArray() @IsIn(DELIVERY_STATES, { each: true }) state?: DeliveryState[];
  @IsOptional() @CommaList() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) connectionId?: string[];
  /** Id of a channel or person, or its name. */
  @IsOptional() @CommaList() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) destination?: string[];
  @IsOptional() @CommaList() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) issueId?: string[];
  @IsOptional() @CommaList() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) workflowId?: string[];
  @IsOptional() @CommaList() @IsArray() @IsIn(SOURCES, { each: true }) source?: DeliverySource['kind'][];
  @IsOptional() @IsDateString() after?: string;
  @IsOptional() @IsDateString() before?: string;
  /** Ids of deliveries. */
  @IsOptional() @CommaList() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) id?: string[];
  /** Part of an issue's title, a comment or a destination's name, or the delivery's id. */
  @IsOptional() @IsString() @MaxLength(200) q?: string;
}

type Criteria = Omit<DeliveryFilter, 'limit' | 'cursor'>;

const CONDITIONS: Readonly<Record<keyof Criteria, string>> = {
  id: 'd.delivery_id = any(?)',
  state: 'd.state = any(?)',
  connectionId: 'd.connection_id = any(?)',
  destination: `(d.destination_id = any(?) or lower(ltrim(d.destination_name, '#@')) = any(select lower(ltrim(wanted, '#@')) from unnest(?::text[]) wanted)
    or exists (select 1 from channels c where c.connection_id = d.connection_id and c.channel_id = d.destination_id and lower(c.name) = any(select lower(ltrim(wanted, '#')) from unnest(?::text[]) wanted)))`,
  issueId: 'd.issue_ids && ?::text[]',
  workflowId: `d.command->'source'->>'workflowId' = any(?)`,
  source: `d.command->'source'->>'kind' = any(?)`,
  after: 'd.created_at > ?::timestamptz',
  before: 'd.created_at < ?::timestamptz',
  q: `(d.delivery_id = ? or strpos(lower(coalesce(d.destination_name, '')), lower(?)) > 0 or strpos(lower(coalesce(d.command->>'comment', '')), lower(?)) > 0
    or exists (select 1 from jsonb_array_elements(d.command->'issues') issue where strpos(lower(issue->>'title'), lower(?)) > 0))`,
};

/** The condition on the deliveries `d` of one organization. */
export function filterSql(organizationId: string, criteria: Criteria): Which {
  const parameters: unknown[] = [organizationId];
  const conditions = ['d.organization_id = $1'];
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    const wanted = criteria[name as keyof Criteria];
    if (wanted === undefined) continue;
    parameters.push(wanted);
    conditions.push(condition.replaceAll('?', `$${parameters.length}`));
  }
  return { condition: conditions.join(' and '), parameters };
}
